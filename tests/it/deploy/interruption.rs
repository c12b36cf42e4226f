//! What comes in between: lost replies, errors of the platform, newer deployments, signals.

use nix::sys::signal::Signal;

use crate::harness::{Call, Change, Gate, Tester, fault, run, run_with, spec};

#[tokio::test]
async fn an_unknown_outcome_is_neither_success_nor_failure() {
    run(async |t: &mut Tester| {
        t.fault(fault::server_error_on(Call::ReadHealth).always()).await;
        let unknown = t.deploy().await;
        assert_eq!(unknown.fails_with(3).output("status"), "unknown");
        t.no_faults().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_to_the_creation_makes_no_second_app() {
    run(async |t: &mut Tester| {
        t.fault(fault::lost_reply_on_create()).await;
        t.deploy().await.succeeds();
        assert_eq!(t.app_names().await, ["shop"]);
    })
    .await;
}

#[tokio::test]
async fn a_server_error_while_waiting_is_survived() {
    run(async |t: &mut Tester| {
        t.fault(fault::status_on(Call::ReadDeployment, 502)).await;
        t.deploy().await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_server_that_always_fails_leaves_the_outcome_unknown() {
    run(async |t: &mut Tester| {
        t.fault(fault::server_error_on(Call::ReadAnythingOfApps).always()).await;
        t.deploy().await.fails_with(3);
        t.no_faults().await;
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_newer_deployment_wins_over_one_that_is_still_building() {
    let gate = Gate::closed().await;
    let stuck = format!("if grep -q first VERSION; then {}; fi", gate.wait());
    run_with(built_with(&stuck), async |t: &mut Tester| {
        let mut first = t.deploy().start().await;
        first.says("building").await;
        t.push("main", "second");
        t.deploy().await.succeeds();
        let superseded = first.end().await;
        superseded.fails_with(3).says("took the place of");
        t.expect_serving("shop", "second").await;
    })
    .await;
    drop(gate);
}

/// The notes service with a build command of its own.
fn built_with(command: &str) -> Change {
    let built = spec(
        "    run_command: do-deploy demo-app serve",
        &format!("    build_command: {command}\n    run_command: do-deploy demo-app serve"),
    );
    Change::whole_app("first").spec(&built)
}

#[tokio::test]
async fn ends_with_143_when_it_is_cancelled() {
    run(async |t: &mut Tester| {
        let mut running = t.deploy().start().await;
        running.says("shop").await;
        running.signal(Signal::SIGTERM);
        running.end().await.fails_with(143);
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_run_leaves_productions_deployment_to_finish() {
    let gate = Gate::closed().await;
    run_with(built_with(&gate.wait()), async |t: &mut Tester| {
        let mut running = t.deploy().start().await;
        running.says("building").await;
        running.signal(Signal::SIGTERM);
        let cancelled = running.end().await;
        let changes = cancelled.fails_with(143).changes();
        assert!(
            !changes.iter().any(|call| call.contains("/cancel ")),
            "the platform's deployment was cancelled by {cancelled}"
        );
        drop(gate);
        t.settled().await;
        t.expect_serving("shop", "first").await;
    })
    .await;
}
