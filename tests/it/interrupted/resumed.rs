//! The next attempt of a run that was killed goes on with the deployment that the earlier one started.

use crate::harness::{Change, Gate, Tester, built_at, run, run_with};

/// The id of the workflow run.
const RUN: u64 = 4711;

#[tokio::test]
async fn the_next_attempt_follows_the_deployment_that_the_killed_one_started() {
    let gate = Gate::closed().await;
    run_with(
        Change::whole_app("first").spec(&built_at(&gate)),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).attempt(RUN, 1).killed_after("POST", "/v2/apps").await;
            let mut again = t.preview(1).attempt(RUN, 2).start().await;
            again.says("building").await;
            drop(gate);
            let again = again.end().await;
            assert_eq!(again.succeeds().output("status"), "ready");
            let rollouts = t.rollouts("shop-pr-1").await;
            assert_eq!(rollouts.len(), 1, "{again}");
            assert_eq!(again.output("deployment-id"), rollouts[0]["id"].as_str().unwrap());
        },
    )
    .await;
}

#[tokio::test]
async fn so_does_productions() {
    let gate = Gate::closed().await;
    let slow = format!("if grep -q second VERSION; then {}; fi", gate.wait());
    let built = built_at(&gate).replace(&gate.wait(), &slow);
    run_with(Change::whole_app("first").spec(&built), async |t: &mut Tester| {
        let id = t.deploy().await.succeeds().output("app-id");
        t.push("main", "second");
        t.deploy().attempt(RUN, 1).killed_after("PUT", &id).await;
        let mut again = t.deploy().attempt(RUN, 2).start().await;
        again.says("building").await;
        drop(gate);
        let again = again.end().await;
        assert_eq!(again.succeeds().output("status"), "ready");
        assert_eq!(t.rollouts("shop").await.len(), 2, "{again}");
        t.expect_serving("shop", "second").await;
        assert_eq!(
            t.deployment_states("production").await,
            ["success", "inactive", "inactive"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_run_of_its_own_deploys_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).attempt(RUN, 1).killed_after("POST", "/v2/apps").await;
        t.preview(1).await.succeeds();
        assert_eq!(t.rollouts("shop-pr-1").await.len(), 2);
    })
    .await;
}
