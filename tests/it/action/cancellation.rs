//! The runner cancels a step by a signal to the one process that it started.

use nix::sys::signal::Signal;

use super::runner::Runner;
use crate::harness::{Change, Gate, Tester, built_at, run_with};

#[tokio::test]
async fn a_cancelled_step_says_so_on_the_pull_request() {
    let gate = Gate::closed().await;
    let slow = built_at(&gate);
    run_with(Change::whole_app("first").spec(&slow), async |t: &mut Tester| {
        t.open_pr(1).await;
        let runner = Runner::with_the_program();
        let step = runner.uses(t, &[("command", "preview"), ("pr", "1")]);
        let mut running = step.at(&t.branch_of(1)).start().await;
        running.says("building").await;
        // To the process that was started as `sh`: it has become the program.
        running.signal(Signal::SIGINT);
        let cancelled = running.end().await;
        let comment = cancelled.fails_with(130).comment(1).to_lowercase();
        assert!(comment.contains("cancelled"), "{comment}");
        t.settled().await;
    })
    .await;
    drop(gate);
}
