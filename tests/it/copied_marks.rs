//! Marks that someone copied with an app spec, and apps of other repositories that have the name of ours.

use serde_json::{Value, json};

use crate::harness::{Api, Change, Tester, marks, run, run_with};

/// An app that is not a preview, with the marks of one.
async fn copied(t: &Tester, name: &str, environment: &str) -> Value {
    t.somebody_creates(name, marks(t.repository_id().await, environment))
        .await
}

#[tokio::test]
async fn marks_without_the_name_of_a_preview_delete_nothing() {
    holds!("a neighbour", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        let before = copied(t, "company-site", "pr-1").await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["company-site", "shop-pr-1"]);
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        let swept = t.command(["sweep"]).await;
        swept.succeeds().says("`company-site` has the marks of pull request 1");
        let after = t.app("company-site").await;
        assert_eq!((&after["id"], &after["spec"]), (&before["id"], &before["spec"]));
        assert_eq!(t.app_names().await, ["company-site"]);
    })
    .await;
}

#[tokio::test]
async fn marks_without_the_name_of_a_preview_take_no_place_and_are_not_taken_over() {
    let first = Change::whole_app("first").config("[preview]\nlimit = 1\n");
    run_with(first, async |t: &mut Tester| {
        copied(t, "company-site", "pr-1").await;
        copied(t, "another-copy", "pr-9").await;
        t.open_pr(1).await;
        assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
        t.expect_serving("company-site", "first").await;
        assert_eq!(t.app_names().await, ["another-copy", "company-site", "shop-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_rollback_does_not_choose_among_several_apps_with_productions_marks() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        copied(t, "shop-loadtest", "production").await;
        t.push("main", Change::version("second"));
        t.deploy().await.succeeds();
        t.push("main", Change::version("broken").spec("name: [broken"));
        let refused = t.command(["rollback"]).await;
        refused
            .fails_with(2)
            .says("several apps have the marks of `production`: `shop`, `shop-loadtest`")
            .does_not_say("Rolling");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn another_repositorys_app_is_neither_verified_nor_logged_as_ours() {
    holds!("a neighbour", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.somebody_creates("shop", marks(1, "production")).await;
        for command in [
            ["verify", "--environment", "production"],
            ["logs", "--environment", "production"],
        ] {
            let refused = t.command(command).await;
            refused
                .fails_with(2)
                .says("the repository with id 1")
                .does_not_say("serves");
            assert_eq!(refused.outputs().get("url"), None, "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_pin_of_another_repositorys_app_does_not_cause_a_skip() {
    run(async |t: &mut Tester| {
        let first = t.somebody_creates("shop", marks(1, "production")).await;
        let path = format!("/v2/apps/{}", first["id"].as_str().unwrap());
        t.change_in_panel("shop", |spec| {
            spec["services"][0]["instance_size_slug"] = json!("apps-s-1vcpu-1gb");
        })
        .await;
        let back = json!({ "deployment_id": first["active_deployment"]["id"] });
        let back = t
            .call(Api::DigitalOcean, "POST", &format!("{path}/rollback"), Some(&back))
            .await;
        back.expect(200);
        t.settled().await;
        for command in ["deploy", "redeploy"] {
            let refused = t.command([command]).await;
            refused
                .fails_with(2)
                .says("belongs to another repository")
                .does_not_say("--release");
        }
    })
    .await;
}
