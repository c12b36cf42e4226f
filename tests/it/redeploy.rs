//! `redeploy`: production or a preview again, also of unchanged code.

use crate::harness::{Tester, run};

#[tokio::test]
async fn production_again_is_a_new_deployment_of_the_same_commit() {
    run(async |t: &mut Tester| {
        let first = t.deploy().await.succeeds().output("deployment-id");
        let again = t.command(["redeploy"]).await;
        assert_ne!(again.succeeds().output("deployment-id"), first);
        assert_eq!(again.output("status"), "ready");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let first = t.preview(1).await.succeeds().output("deployment-id");
        let again = t.command(["redeploy", "--pr", "1"]).await;
        assert_ne!(again.succeeds().output("deployment-id"), first);
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn rebuilds_when_asked_to() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.command(["redeploy", "--force-build"]).await.succeeds();
        assert_eq!(t.bodies("POST", "/deployments").pop().unwrap()["force_build"], true);
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn rebuilds_a_preview_when_asked_to() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.command(["redeploy", "--pr", "1", "--force-build"]).await.succeeds();
        let id = t.app("shop-pr-1").await["id"].as_str().unwrap().to_owned();
        let asked = t.bodies("POST", &format!("/v2/apps/{id}/deployments"));
        assert_eq!(asked, [serde_json::json!({ "force_build": true })]);
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}
