//! What is marked as someone else's is neither changed nor deleted, whatever its name is.

use serde_json::{Value, json};

use crate::harness::{Tester, app_env, marks, run};

/// An app that holds the name of pull request 1's preview, and that neither `preview` nor `teardown` may touch.
async fn is_left_alone(t: &Tester, envs: Value, why: &str) {
    let before = t.somebody_creates("shop-pr-1", envs).await;
    t.open_pr(1).await;
    let refused = t.preview(1).await;
    refused.fails_with(2).says(why);
    t.close_pr(1).await;
    // The event asks for nothing but what is ours.
    let closed = t.auto_pull_request(1, "closed").await;
    closed.succeeds().says("is held by an app that is not ours");
    let kept = t.teardown(1).await;
    kept.fails_with(2).says(why);
    // The pull request's comment may say why; the platform is asked for nothing but what it has.
    for run in [refused, closed, kept] {
        let changes = run.changes();
        assert!(!changes.iter().any(|call| call.contains(" /v2/")), "{run}");
    }
    let after = t.app("shop-pr-1").await;
    assert_eq!((&after["id"], &after["spec"]), (&before["id"], &before["spec"]));
    t.expect_serving("shop-pr-1", "first").await;
}

#[tokio::test]
async fn another_repositorys_preview_is_left_alone() {
    holds!("a neighbour", ["lie in a comment"]);
    run(async |t: &mut Tester| is_left_alone(t, marks(1, "pr-1"), "the repository with id 1").await).await;
}

#[tokio::test]
async fn the_preview_of_another_pull_request_is_left_alone() {
    holds!("a neighbour", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        let other = marks(t.repository_id().await, "pr-2");
        is_left_alone(t, other, "`pr-2` of this repository, not as `pr-1`").await;
    })
    .await;
}

#[tokio::test]
async fn another_environment_of_this_repository_is_left_alone() {
    holds!("a neighbour", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        let other = marks(t.repository_id().await, "production");
        is_left_alone(t, other, "`production` of this repository, not as `pr-1`").await;
    })
    .await;
}

#[tokio::test]
async fn an_app_without_marks_is_left_alone() {
    holds!("a neighbour", ["lie in a comment"]);
    run(async |t: &mut Tester| is_left_alone(t, json!([]), "do-deploy's marks").await).await;
}

/// As a release from before the mark left its apps: users have them for years.
async fn forgets_its_app(t: &Tester, name: &str) {
    let strip = |spec: &mut Value| {
        let envs = spec["envs"].as_array_mut().expect("app-level envs");
        envs.retain(|env| env["key"] != "DO_DEPLOY_APP");
    };
    t.change_in_panel(name, strip).await;
}

#[tokio::test]
async fn an_app_without_the_mark_of_its_app_stays_ours() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        for name in ["shop", "shop-pr-1"] {
            let before = t.app(name).await;
            assert_eq!(app_env(&before, "DO_DEPLOY_APP")["value"], "shop");
            forgets_its_app(t, name).await;
            let run = match name {
                "shop" => t.deploy().await,
                _ => t.preview(1).await,
            };
            run.succeeds();
            let after = t.app(name).await;
            assert_eq!(after["id"], before["id"]);
            assert_eq!(app_env(&after, "DO_DEPLOY_APP")["value"], "shop");
        }
        forgets_its_app(t, "shop-pr-1").await;
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop"]);
    })
    .await;
}
