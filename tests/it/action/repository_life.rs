//! A repository's life through the two steps, event after event; `tests/act/run` plays the same with whole workflows.

use std::sync::Arc;

use serde_json::json;

use super::runner::Runner;
use crate::harness::{Api, Invocation, Run, Tester, run};

/// The step of a workflow that lists the event.
fn step<'t>(runner: &Runner, t: &'t Tester, event: &str, query: &str) -> Invocation<'t> {
    let query = format!("name={event}&{query}");
    runner.uses(t, &[]).on_event(event, &query)
}

#[tokio::test]
async fn every_event_of_a_repositorys_life_goes_through_the_action() {
    run(async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        let status = |run: Arc<Run>| runner.outputs(run.succeeds())["status"].clone();

        let pushed = step(&runner, t, "push", "ref=refs/heads/main").await;
        assert_eq!(status(pushed), "ready");
        t.expect_serving("shop", "first").await;

        t.open_pr(1).await;
        let opened = step(&runner, t, "pull_request", "action=opened&number=1");
        assert_eq!(status(opened.at(&t.branch_of(1)).await), "ready");
        t.push(1, "second");
        let again = step(&runner, t, "pull_request", "action=synchronize&number=1");
        assert_eq!(status(again.at(&t.branch_of(1)).await), "ready");
        t.expect_serving("shop-pr-1", "second").await;
        assert_eq!(t.comments(1).await.len(), 1);

        t.account(&json!({ "permissions": { "maintainer": "write" } })).await;
        let path = "/repos/org/shop/issues/1/comments";
        let said = json!({ "body": "/redeploy" });
        let comment = t
            .call_as("user:maintainer", Api::GitHub, "POST", path, Some(&said))
            .await
            .expect(201);
        let query = format!("comment_id={}", comment["id"]);
        let commented = step(&runner, t, "issue_comment", &query).without_checkout().await;
        assert_eq!(status(commented), "ready");

        let before = t.rollouts("shop").await.len();
        let by_hand = step(
            &runner,
            t,
            "workflow_dispatch",
            "inputs=%7B%22environment%22%3A%22production%22%7D",
        );
        assert_eq!(status(by_hand.without_checkout().await), "ready");
        assert_eq!(t.rollouts("shop").await.len(), before + 1);

        t.close_pr(1).await;
        let closed = step(&runner, t, "pull_request", "action=closed&number=1").await;
        assert_eq!(status(closed), "removed");

        t.open_pr(2).await;
        t.preview(2).await.succeeds();
        t.close_pr(2).await;
        let swept = step(&runner, t, "schedule", "").without_checkout().await;
        assert_eq!(status(swept), "removed");
        assert_eq!(t.app_names().await, ["shop"]);
    })
    .await;
}
