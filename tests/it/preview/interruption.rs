//! What comes in between: signals, pushes, a closed pull request, lost replies.

use nix::sys::signal::Signal;

use crate::harness::{Call, Change, Fault, Gate, Tester, built_at, fault, run, run_with, until};

// Never wrong, never stuck

/// The notes service whose build waits at the gate.
fn built_behind(gate: &Gate) -> Change {
    let slow = built_at(gate);
    Change::whole_app("first").spec(&slow)
}

#[tokio::test]
async fn a_cancelled_run_cancels_its_deployment_and_says_so() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        running.signal(Signal::SIGTERM);
        let cancelled = running.end().await;
        cancelled.fails_with(143);
        let comment = cancelled.comment(1).to_lowercase();
        assert!(comment.contains("cancelled"), "{comment}");
        let cancels = cancelled
            .changes()
            .into_iter()
            .filter(|call| call.ends_with("/cancel 200"));
        assert_eq!(cancels.count(), 1, "{cancelled}");
        t.settled().await;
        assert_eq!(t.rollouts("shop-pr-1").await[0]["phase"], "CANCELED");
    })
    .await;
    drop(gate);
}

#[tokio::test]
async fn a_push_during_the_deployment_is_mentioned() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        let newer = t.push(1, "second");
        drop(gate);
        let overtaken = running.end().await;
        let note = format!("has moved on to `{}`", &newer[..7]);
        let comment = overtaken.succeeds().comment(1);
        assert!(comment.contains(&note), "{comment}");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_closed_meanwhile_leaves_no_app() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let running = t.preview(1).start().await;
        until("the preview's app is there", async || {
            (!t.app_names().await.is_empty()).then_some(())
        })
        .await;
        t.close_pr(1).await;
        running.end().await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn run_again_after_it_was_killed_ends_as_if_nothing_had_happened() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let running = t.preview(1).start().await;
        until("the preview's app is there", async || {
            (!t.app_names().await.is_empty()).then_some(())
        })
        .await;
        running.signal(Signal::SIGKILL);
        running.end().await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        assert_eq!(t.comments(1).await.len(), 1);
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_to_the_creation_makes_no_second_app() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::lost_reply_on_create()).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_is_a_warning_in_a_workflow_run() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::server_error_on(Call::ReadHealth).always()).await;
        let unknown = t.preview(1).await;
        assert_eq!(unknown.succeeds().says("::warning").output("status"), "unknown");
        t.no_faults().await;
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_is_exit_code_3_on_a_laptop() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::server_error_on(Call::ReadHealth).always()).await;
        t.preview(1).locally().await.fails_with(3);
        t.no_faults().await;
    })
    .await;
}

// Asked for, and not made

/// A creation that fails for good is red in a workflow run, too: nothing is there that could be unknown.
async fn a_preview_that_could_not_be_made(fault: Fault, says: &str) {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault).await;
        let failed = t.preview(1).await;
        assert_eq!(
            failed.fails_with(3).says("::error").says(says).output("status"),
            "unknown"
        );
        t.no_faults().await;
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_preview_whose_creation_fails_for_good_is_red() {
    for fault in [
        fault::server_error_on(Call::CreateApp),
        fault::lost_request_on(Call::CreateApp),
    ] {
        a_preview_that_could_not_be_made(fault.always(), "POST /v2/apps").await;
    }
}

#[tokio::test]
async fn a_preview_that_cannot_even_be_looked_for_is_red() {
    a_preview_that_could_not_be_made(fault::status_on(Call::ListApps, 503).always(), "GET /v2/apps").await;
}

#[tokio::test]
async fn a_preview_whose_creation_fails_for_good_says_so_in_its_comment() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::server_error_on(Call::CreateApp).always()).await;
        t.auto_pull_request(1, "opened").await.fails_with(3);
        t.no_faults().await;
        assert!(t.comment(1).await.contains("POST /v2/apps"), "{}", t.comment(1).await);
        // The next run makes it.
        assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
    })
    .await;
}

#[tokio::test]
async fn an_update_that_could_not_be_confirmed_stays_a_warning() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push(1, "second");
        t.fault(fault::server_error_on(Call::UpdateApp).always()).await;
        let unknown = t.preview(1).await;
        assert_eq!(unknown.succeeds().says("::warning").output("status"), "unknown");
        t.no_faults().await;
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_name_was_taken_meanwhile_keeps_the_secrets_of_the_other() {
    let config = "[preview]\nenv = { JWT_SECRET = \"generate\" }\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::slow(Call::CreateApp, 1)).await;
        let one = t.preview(1).start().await;
        let other = t.preview(1).start().await;
        for run in [one.end().await, other.end().await] {
            run.succeeds();
        }
        let is_kept = |body: &serde_json::Value| {
            let spec = body["spec"].to_string();
            spec.contains("JWT_SECRET") && spec.contains("EV[")
        };
        let id = t.app("shop-pr-1").await["id"].as_str().unwrap().to_owned();
        let updates = t.bodies("PUT", &format!("/v2/apps/{id}"));
        assert!(!updates.is_empty() && updates.iter().all(is_kept), "{updates:#?}");
    })
    .await;
}

#[tokio::test]
async fn what_fails_after_a_broken_deployment_does_not_hide_it() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "KeyError: 'PORT_OF_MAIL'"))
            .await;
        t.fault(fault::server_error_on(Call::ReadApp).times(9)).await;
        t.preview(1).await.fails_with(1).says("did not start");
        t.no_faults().await;
        assert!(t.comment(1).await.contains("❌ Failed"));
    })
    .await;
}
