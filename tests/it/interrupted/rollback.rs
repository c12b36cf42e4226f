//! A person's rollback that was killed can be run again.

use crate::harness::{Tester, run};

async fn deploy_twice(t: &Tester) {
    t.deploy().await.succeeds();
    t.push("main", "second");
    t.deploy().await.succeeds();
}

/// The rollback has ended, once, and GitHub shows one deployment that serves.
async fn is_rolled_back_once(t: &Tester) {
    t.settled().await;
    t.expect_serving("shop", "first").await;
    assert!(!t.app("shop").await["pinned_deployment"].is_null());
    let rollbacks = t.rollouts("shop").await;
    let rollbacks = rollbacks
        .iter()
        .filter(|it| it["cause_details"]["type"] == "MANUAL_ROLLBACK");
    assert_eq!(rollbacks.count(), 1, "the rollback is made once");
    let states = t.deployment_states("production").await;
    assert_eq!(states, ["success", "inactive", "inactive", "inactive"]);
}

#[tokio::test]
async fn a_rollback_that_was_killed_on_its_way_is_finished_by_the_next_run() {
    run(async |t: &mut Tester| {
        deploy_twice(t).await;
        t.command(["rollback"]).killed_after("POST", "/rollback").await;
        let again = t.command(["rollback"]).await;
        assert_eq!(again.succeeds().output("status"), "ready");
        assert_eq!(again.output("commit"), t.repository.head("main~1"));
        is_rolled_back_once(t).await;
        t.command(["rollback"])
            .await
            .fails_with(2)
            .says("is rolled back already");
    })
    .await;
}

#[tokio::test]
async fn so_is_one_that_took_over_before_the_next_run() {
    run(async |t: &mut Tester| {
        deploy_twice(t).await;
        t.command(["rollback"]).killed_after("POST", "/rollback").await;
        t.settled().await;
        t.command(["rollback"]).await.succeeds();
        is_rolled_back_once(t).await;
    })
    .await;
}

#[tokio::test]
async fn so_is_one_to_a_commit_that_was_named() {
    run(async |t: &mut Tester| {
        deploy_twice(t).await;
        let first = t.repository.head("main~1");
        let rollback = || t.command(["rollback", "--to"]).arg(&first);
        rollback().killed_after("POST", "/rollback").await;
        t.settled().await;
        rollback().await.succeeds();
        is_rolled_back_once(t).await;
    })
    .await;
}
