//! The spec of an app that is live already.

use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Change, Tester, marks, run, run_with};

#[tokio::test]
async fn a_live_app_becomes_the_spec_without_its_secrets() {
    run_with(Change::version("first"), async |t: &mut Tester| {
        let (stripe, password) = (t.secret("STRIPE_KEY"), t.secret("QUEUE_PASSWORD"));
        // An env that is not a SECRET can be read by everyone who may see the app.
        t.tolerate("`QUEUE_PASSWORD` can be read in reply to");
        let id = t.repository_id().await;
        t.app_by_hand("shop", |spec| {
            spec["envs"] = marks(id, "production");
            let envs = spec["services"][0]["envs"].as_array_mut().unwrap();
            envs.push(json!({ "key": "STRIPE_KEY", "type": "SECRET", "value": stripe }));
            envs.push(json!({ "key": "QUEUE", "value": format!("redis://default:{password}@queue.example.com/1") }));
        })
        .await;
        let said = t.command(["init", "--from-app", "shop", "--json"]).locally().await;
        let reported = said.succeeds().touches_nothing().json();
        let file = reported["files"].as_array().unwrap().last().unwrap();
        assert_snapshot!(file["diff"].as_str().unwrap(), @"
        --- /dev/null
        +++ b/.do/app.yaml
        @@ -0,0 +1,31 @@
        +# The spec of the live app `shop`. A SECRET without a value keeps the one that the app has.
        +name: shop
        +region: fra
        +services:
        +- name: web
        +  run_command: do-deploy demo-app serve
        +  http_port: 8080
        +  instance_count: 1
        +  instance_size_slug: apps-s-1vcpu-0.5gb
        +  github:
        +    repo: org/shop
        +    branch: main
        +  envs:
        +  - key: DATABASE_URL
        +    scope: RUN_TIME
        +    value: sqlite:////tmp/notes.db
        +  - key: STRIPE_KEY
        +    type: SECRET
        +    scope: RUN_AND_BUILD_TIME
        +  - key: QUEUE
        +    scope: RUN_AND_BUILD_TIME
        +    type: SECRET
        +features:
        +- buildpack-stack=ubuntu-22
        +ingress:
        +  rules:
        +  - component:
        +      name: web
        +    match:
        +      path:
        +        prefix: /
        ");
        assert_snapshot!(reported["notes"].to_string().replace(super::version(), "0.0.0"), @r#"
        ["Kept without their values: `STRIPE_KEY`; a deployment takes them from the step's environment, else from the live app","Made a SECRET because a credential is in it: `QUEUE`; the next deployment takes the value from the live app","The workflows name `org/do-deploy@v1`, which follows the newest release of version 1: GitHub has no commit for the tag `v0.0.0`. To pin it, name the commit of a release, with the release behind it: `org/do-deploy@COMMIT # vX.Y.Z`; `gh api repos/org/do-deploy/commits/tags/vX.Y.Z --jq .sha` prints it"]
        "#);

        let text = file["diff"].as_str().unwrap();
        let text: String = text.lines().skip(3).map(|line| format!("{}\n", &line[1..])).collect();
        t.push(
            "main",
            Change::version("second")
                .file("migrations/001_notes.sql", "")
                .spec(&text),
        );
        t.deploy().await.succeeds();
        let envs = t.app("shop").await["spec"]["services"][0]["envs"].to_string();
        assert!(envs.contains("QUEUE") && envs.matches("EV[").count() == 2, "{envs}");

        let unknown = t.command(["init", "--from-app", "shpo"]).locally().await;
        unknown.fails_with(2).says("there is no app `shpo`").says("`shop`");
    })
    .await;
}

#[tokio::test]
async fn a_secret_in_the_spec_that_is_replaced_is_not_shown() {
    let old = "name: shop\nservices:\n- name: web\n  envs:\n  - {key: KEY, type: SECRET, value: hunter2hunter2}\n";
    run_with(Change::version("first").spec(old), async |t: &mut Tester| {
        t.app_by_hand("shop", |_| ()).await;
        for args in [&["--force"][..], &["--force", "--json"]] {
            let mut call = t.command(["init", "--from-app", "shop"]).locally();
            for arg in args {
                call = call.arg(arg);
            }
            call.await.succeeds().says("value: ***").does_not_say("hunter2");
        }
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_not_a_model_for_production() {
    run(async |t: &mut Tester| {
        let id = t.repository_id().await;
        t.somebody_creates("shop-pr-7", marks(id, "pr-7")).await;
        t.command(["init", "--from-app", "shop-pr-7"])
            .locally()
            .await
            .fails_with(2)
            .says("the preview of pull request 7");
    })
    .await;
}
