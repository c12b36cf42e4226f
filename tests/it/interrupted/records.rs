//! What GitHub shows of deployments whose run was killed: none stays in progress, and one at most is live.

use crate::harness::{Change, Tester, run};

async fn states(t: &Tester) -> Vec<String> {
    t.deployment_states("preview").await
}

#[tokio::test]
async fn a_killed_runs_deployment_is_ended_by_a_run_whose_own_fails() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "KeyError: 'PORT'\n")).await;
        t.preview(1).killed_after("POST", "/v2/apps").await;
        t.preview(1).await.fails_with(1);
        assert_eq!(states(t).await, ["failure", "inactive"]);
    })
    .await;
}

#[tokio::test]
async fn a_success_does_not_outlive_a_later_one_behind_one_that_was_ended_meanwhile() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.push(1, Change::broken("broken", "KeyError: 'PORT'\n"));
        t.preview(1).killed_after("PUT", &id).await;
        t.preview(1).await.fails_with(1);
        assert_eq!(
            states(t).await,
            ["failure", "inactive", "success"],
            "the first still serves"
        );
        t.push(1, Change::version("fixed").without("CRASH"));
        t.preview(1).await.succeeds();
        assert_eq!(states(t).await, ["success", "inactive", "inactive", "inactive"]);
    })
    .await;
}

#[tokio::test]
async fn a_success_of_production_does_not_outlive_a_later_one_behind_many_failures() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push_broken("main");
        for _ in 0..6 {
            t.deploy().await.fails_with(1);
        }
        t.push("main", Change::version("fixed").without("CRASH"));
        t.deploy().await.succeeds();
        let states = t.deployment_states("production").await;
        let live = states.iter().filter(|state| *state == "success").count();
        assert_eq!(
            (live, states.last().map(String::as_str)),
            (1, Some("inactive")),
            "{states:?}"
        );
    })
    .await;
}
