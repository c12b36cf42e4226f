//! Runs of a push that waited too long: what they would deploy serves already, or something newer does.

use std::sync::Arc;

use serde_json::json;

use crate::harness::{Change, FAILING_CHECK, Invocation, Run, Tester, run, run_with, without_job};

/// `auto` for the push of this commit to `main`, whatever is at the branch's head by now.
fn pushed<'t>(t: &'t Tester, commit: &str) -> Invocation<'t> {
    let query = format!("name=push&ref=refs/heads/main&after={commit}");
    t.command(["auto"]).on_event("push", &query)
}

/// Asserts that the run ended at once, and why.
async fn is_skipped(t: &Tester, run: Arc<Run>, why: &str) {
    let before = t.rollouts("shop").await.len();
    run.succeeds().touches_nothing().says(why);
    assert_eq!(run.output("status"), "skipped");
    assert!(run.summary().contains(why), "{}", run.summary());
    assert_eq!(t.rollouts("shop").await.len(), before);
}

async fn is_deployed(t: &Tester, run: Invocation<'_>) {
    let before = t.rollouts("shop").await.len();
    let run = run.await;
    assert_eq!(run.succeeds().output("status"), "ready", "{run}");
    assert!(t.rollouts("shop").await.len() > before, "{run}");
}

#[tokio::test]
async fn a_push_whose_commit_serves_already_is_skipped() {
    run(async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.auto_push("main").await.succeeds();
        let why = format!(
            "`{}` serves already; `do-deploy redeploy` deploys it again",
            &first[..7]
        );
        is_skipped(t, t.auto_push("main").await, &why).await;
        let query = format!("name=workflow_run&branch=main&sha={first}&conclusion=success");
        let tested = t.command(["auto"]).on_event("workflow_run", &query).await;
        is_skipped(t, tested, &why).await;
        is_skipped(t, t.auto_push("main").arg("--dry-run").await, &why).await;
    })
    .await;
}

#[tokio::test]
async fn a_push_that_is_behind_what_serves_is_skipped() {
    run(async |t: &mut Tester| {
        let first = t.repository.head("main");
        let second = t.push("main", "second");
        let third = t.push("main", "third");
        t.auto_push("main").await.succeeds();
        t.push("main", "fourth");
        for forgotten in [&first, &second] {
            let why = format!("`{}` is behind `{}`, which serves", &forgotten[..7], &third[..7]);
            is_skipped(t, pushed(t, forgotten).await, &why).await;
        }
        t.expect_serving("shop", "third").await;
        is_deployed(t, t.auto_push("main")).await;
        t.expect_serving("shop", "fourth").await;
    })
    .await;
}

#[tokio::test]
async fn the_same_commit_requested_by_hand_is_deployed_again() {
    run(async |t: &mut Tester| {
        t.auto_push("main").await.succeeds();
        let dispatched = |inputs| {
            let payload = json!({ "ref": "refs/heads/main", "inputs": inputs });
            t.command(["auto"]).on_payload("workflow_dispatch", payload)
        };
        is_deployed(t, t.auto_push("main").env("GITHUB_RUN_ATTEMPT", "2")).await;
        is_deployed(t, t.deploy()).await;
        is_deployed(t, dispatched(json!({}))).await;
        is_deployed(t, dispatched(json!({ "force-build": true }))).await;
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_was_set_back_is_deployed() {
    run(async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", "second");
        t.auto_push("main").await.succeeds();
        t.repository.git(&["reset", "--quiet", "--hard", &first]);
        is_deployed(t, t.auto_push("main")).await;
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_commit_that_serves_and_was_found_bad_is_deployed_and_checked_again() {
    let check = "[production]\nrollback = \"never\"\n[health]\ntimeout = \"5s\"\nchecks = [{ path = \"/nowhere\", status = 200 }]\n";
    run_with(Change::whole_app("first").config(check), async |t: &mut Tester| {
        t.auto_push("main").await.fails_with(1);
        t.expect_serving("shop", "first").await;
        t.auto_push("main").await.fails_with(1).does_not_say("serves already");
    })
    .await;
}

/// Production at `first`; the head `bad` was deployed, found bad and rolled back. Both commits.
async fn rolled_back(t: &Tester) -> [String; 2] {
    let first = t.repository.head("main");
    t.auto_push("main").await.succeeds();
    let bad = t.push("main", Change::version("bad").config(FAILING_CHECK));
    t.auto_push("main").await.fails_with(1).says("Rolled back");
    t.expect_serving("shop", "first").await;
    [first, bad]
}

fn found_bad(commit: &str) -> String {
    format!(
        "`main` is at `{}`, whose deployment failed; run its own run again, or `do-deploy redeploy --environment production`, to deploy it anyway",
        &commit[..7]
    )
}

#[tokio::test]
async fn an_old_run_does_not_deploy_a_head_that_was_found_bad() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            let [first, bad] = rolled_back(t).await;
            let why = found_bad(&bad);
            is_skipped(t, pushed(t, &first).env("GITHUB_RUN_ATTEMPT", "2").await, &why).await;
            is_skipped(t, pushed(t, &first).await, &why).await;
            is_skipped(t, pushed(t, &first).arg("--dry-run").await, &why).await;
            t.expect_serving("shop", "first").await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_head_whose_deployment_broke_before_it_served_is_left_to_its_own_run() {
    run(async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.auto_push("main").await.succeeds();
        let broken = t.push_broken("main");
        t.auto_push("main").await.fails_with(1);
        is_skipped(
            t,
            pushed(t, &first).env("GITHUB_RUN_ATTEMPT", "2").await,
            &found_bad(&broken),
        )
        .await;
        t.push("main", Change::version("fixed").without("CRASH"));
        is_deployed(t, pushed(t, &broken).env("GITHUB_RUN_ATTEMPT", "2")).await;
        t.expect_serving("shop", "fixed").await;
    })
    .await;
}

#[tokio::test]
async fn a_person_who_decides_to_deploy_a_head_that_was_found_bad_can() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            let [_, bad] = rolled_back(t).await;
            for decision in [
                t.auto_push("main").env("GITHUB_RUN_ATTEMPT", "2"),
                t.deploy().args(["--commit", &bad]),
                t.command(["redeploy", "--environment", "production"]),
            ] {
                let before = t.rollouts("shop").await.len();
                decision.await.fails_with(1);
                assert!(t.rollouts("shop").await.len() > before);
            }
        },
    )
    .await;
}

#[tokio::test]
async fn an_app_without_our_marks_is_adopted_though_its_commit_serves() {
    run(async |t: &mut Tester| {
        t.app_by_hand("shop", |_| {}).await;
        t.auto_push("main").await.succeeds().says("adopt");
    })
    .await;
}

/// A reviewer approves one commit. docs/production.md, the token behind a gate.
#[tokio::test]
async fn with_exact_a_run_deploys_its_own_commit_or_nothing() {
    let exact = Change::whole_app("first").config("[production]\nexact = true\n");
    run_with(exact, async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.deploy().await.succeeds();
        t.push("main", "second");
        for attempt in ["1", "2"] {
            let late = pushed(t, &first);
            let late = late.env("GITHUB_RUN_ATTEMPT", attempt).await;
            late.succeeds()
                .says("has a run of its own (`exact = true`)")
                .does_not_say("deploying");
        }
        // By hand, approved before the push.
        let by_hand = t
            .deploy()
            .env("GITHUB_REF", "refs/heads/main")
            .env("GITHUB_SHA", &first);
        by_hand.await.succeeds().says("(`exact = true`)");
        t.expect_serving("shop", "first").await;
        t.auto_push("main").await.succeeds();
        t.expect_serving("shop", "second").await;
    })
    .await;
}
