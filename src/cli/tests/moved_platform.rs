//! A repository whose manifest becomes one for another platform while its app is on the first.

use std::fs;

use super::stage::{deployment, only, play};
use crate::flows::failure::failure_of;
use crate::flows::production::deploy;

const APP_SPEC: &str =
    "name: shop\nservices:\n- name: web\n  github: {repo: org/shop, branch: main}\n  http_port: 8080\n";

#[test]
fn production_that_is_on_another_platform_does_not_become_a_second_app_without_a_word() {
    play(async |stage| {
        let first = stage.git(&["rev-parse", "main"]);
        stage.deploy().await;
        fs::create_dir(stage.clone_path().join(".do")).expect("writable");
        fs::write(stage.clone_path().join(".do/app.yaml"), APP_SPEC).expect("writable");
        fs::remove_file(stage.clone_path().join("folder.json")).expect("there");
        stage.commit("main", "moves to another platform");
        let refused = deploy::run(&stage.ctx_with(true), &deployment())
            .await
            .expect_err("refused");
        let failure = failure_of(&refused);
        insta::assert_snapshot!(format!("{failure}\n{}", failure.next.clone().unwrap_or_default()), @"
            .do/app.yaml:1:1: this app spec would create `shop`, but production of this repository is `shop` on Folder: a new app begins with empty databases and without the domains; the other one would live on and be paid for
            deploy from the manifest for Folder again, or agree to a second app for one run with `--replace name`
        ");
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&first));
        let mut agreed = deployment();
        agreed.replace = "name".parse().expect("a consent");
        agreed.dry_run = true;
        let planned = only(deploy::run(&stage.ctx_with(true), &agreed).await.expect("a plan"));
        let changes: Vec<String> = planned
            .changes
            .iter()
            .map(|it| format!("{}: {}", it.what, it.why))
            .collect();
        insta::assert_snapshot!(
            changes.join("\n"),
            @"agreed to create a second app: `shop` on Folder lives on: the app spec is for another platform (`--replace name`)"
        );
    });
}
