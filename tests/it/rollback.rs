//! Rollbacks: by a person, who pins the app, and by the platform itself.

use serde_json::json;

use crate::harness::{Tester, run};

/// Production at its second version.
async fn deploy_twice(t: &Tester) {
    t.deploy().await.succeeds();
    t.push("main", "second");
    t.deploy().await.succeeds();
}

#[tokio::test]
async fn a_pinned_app_is_skipped_and_says_who_did_it_when_and_how_to_release_it() {
    run(async |t: &mut Tester| {
        deploy_twice(t).await;
        t.command(["rollback", "--environment", "production"]).await.succeeds();
        t.expect_serving("shop", "first").await;
        let pinned = t.app("shop").await["pinned_deployment"].clone();
        t.push("main", "third");
        let skipped = t.deploy().await;
        skipped
            .succeeds()
            .says("Sandbox rolled `shop` back")
            .says(&pinned["created_at"].as_str().unwrap()[..16])
            .says("do-deploy deploy --environment production --release");
        assert_eq!(skipped.output("status"), "skipped");
        t.expect_serving("shop", "first").await;
        let released = t.deploy().arg("--release").await;
        assert_eq!(released.succeeds().output("status"), "ready");
        t.expect_serving("shop", "third").await;
        assert!(t.app("shop").await["pinned_deployment"].is_null());
    })
    .await;
}

#[tokio::test]
async fn a_release_that_cannot_be_deployed_leaves_the_pin_where_it_is() {
    run(async |t: &mut Tester| {
        deploy_twice(t).await;
        t.command(["rollback", "--environment", "production"]).await.succeeds();
        let digest = format!("nothing=sha256:{}", "0".repeat(64));
        let refused = t.deploy().args(["--release", "--images", &digest]).await;
        refused.fails_with(2).touches_nothing();
        assert!(!t.app("shop").await["pinned_deployment"].is_null());
    })
    .await;
}

#[tokio::test]
async fn the_platforms_own_rollback_is_recognised_and_the_commit_that_serves_is_said() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "auto_rollback": true })).await;
        deploy_twice(t).await;
        let serving = t.repository.head("main");
        t.push_broken("main");
        let failed = t.deploy().await;
        let back = t.rollouts("shop").await.remove(0);
        assert_eq!(back["cause_details"]["type"], "AUTO_ROLLBACK");
        assert_eq!(back["phase"], "ACTIVE", "the run waits for its end");
        let note = format!(
            "The platform rolled back on its own (deployment {})",
            back["id"].as_str().unwrap()
        );
        failed
            .fails_with(1)
            .says(&note)
            .says(&format!("`{}` still serves", &serving[..7]));
        assert!(failed.summary().contains(&note), "{}", failed.summary());
        assert_eq!(failed.output("status"), "failed");
        assert_ne!(
            failed.output("deployment-id"),
            back["id"],
            "the outputs name the one that failed"
        );
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn the_deployment_after_the_platforms_own_rollback_is_an_ordinary_one() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "auto_rollback": true })).await;
        t.deploy().await.succeeds();
        t.push_broken("main");
        t.deploy().await.fails_with(1);
        t.repository.git(&["checkout", "--quiet", "main"]);
        t.push("main", crate::harness::Change::version("fixed").without("CRASH"));
        t.deploy().await.succeeds();
        t.expect_serving("shop", "fixed").await;
    })
    .await;
}

#[tokio::test]
async fn the_same_commit_deployed_twice_is_not_a_rollback_target() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        t.deploy().await.succeeds();
        t.command(["rollback"]).await.succeeds();
        t.expect_serving("shop", "first").await;
    })
    .await;
}
