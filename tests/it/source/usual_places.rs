//! Where an app spec that no setting names is looked for.

use super::{flavoured, plans};
use crate::harness::{Change, Tester, run_with, spec};

/// A repository with an app spec at this path alone, seen from a checkout, from GitHub and on a developer's machine.
async fn finds(path: &str, text: &str) {
    let first = Change::version("first").file(path, text);
    run_with(first, async |t: &mut Tester| {
        plans(&t.deploy().arg("--dry-run").await, "pushed");
        plans(&t.deploy().without_checkout().arg("--dry-run").await, "pushed");
        plans(&t.deploy().locally().arg("--dry-run").await, "pushed");
    })
    .await;
}

#[tokio::test]
async fn an_app_spec_is_found_where_people_put_it() {
    for path in [
        "app-spec.yaml",
        ".digitalocean/app.yaml",
        "backend/.do/app.yaml",
        ".do/app.prod.yaml",
        ".do/app.json",
        "production-app-spec.yml",
    ] {
        finds(path, &flavoured("pushed")).await;
    }
}

#[tokio::test]
async fn a_template_of_the_deploy_button_is_used_where_there_is_nothing_else() {
    let inside: String = flavoured("pushed").lines().map(|line| format!("  {line}\n")).collect();
    finds(".do/deploy.template.yaml", &format!("spec:\n{inside}")).await;
}

#[tokio::test]
async fn other_tools_files_are_passed_over() {
    let first = Change::version("first")
        .file("k8s/app.yaml", "kind: Deployment\nmetadata: {name: shop}\n")
        .file(".do/notes.yaml", "todo: []\n")
        .file(".do/staging.yaml", &flavoured("pushed"));
    run_with(first, async |t: &mut Tester| {
        plans(&t.deploy().arg("--dry-run").await, "pushed");
        plans(&t.deploy().without_checkout().arg("--dry-run").await, "pushed");
    })
    .await;
}

#[tokio::test]
async fn several_specs_of_one_folder_are_shown_with_what_they_may_be() {
    let first = Change::version("first")
        .file(".do/staging.yaml", &spec("name: shop\n", "name: shop-staging\n"))
        .file(".do/prod.yaml", &spec("", ""));
    run_with(first, async |t: &mut Tester| {
        let refused = t.deploy().locally().await;
        insta::assert_snapshot!(t.redact(&refused.fails_with(2).touches_nothing().log()), @r#"
        error: more than one app spec was found: `.do/prod.yaml`, `.do/staging.yaml`
        - `[apps.prod]`, then `spec = ".do/prod.yaml"`
        - `[apps.staging]`, then `spec = ".do/staging.yaml"`
        hint: if they are environments of one app, name production's with `spec = "FILE"` in `do-deploy.toml`, and any other with `spec` in its `[environments.NAME]`; else write these tables there to make an app of each. `--spec FILE` names one for this run
        "#);
    })
    .await;
}
