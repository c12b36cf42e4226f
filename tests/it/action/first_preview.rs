//! From `uses:` to the first preview: download, hash, inputs, flow, outputs.

use std::collections::BTreeMap;

use super::runner::Runner;
use crate::harness::{Tester, run};

#[tokio::test]
async fn a_pull_request_gets_its_first_preview_through_the_action() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let runner = Runner::with_the_program_to_download();
        let step = runner
            .uses(t, &[("command", "preview"), ("pr", "1")])
            .at(&t.branch_of(1))
            .await;
        let outputs = runner.outputs(step.succeeds());
        assert_eq!(outputs["status"], "ready");
        assert_eq!(outputs["environment"], "pr-1");
        assert_eq!(outputs["url"], t.url_of("shop-pr-1").await);
        let missing: Vec<_> = outputs
            .iter()
            .filter(|(_, value)| value.is_empty())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(missing, ["pull-requests"], "which another kind of job finds");
        t.expect_serving("shop-pr-1", "first").await;
        assert_eq!(runner.install().succeeds().program(), runner.cached());
    })
    .await;
}

#[tokio::test]
async fn without_inputs_the_event_decides() {
    run(async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        let step = runner
            .uses(t, &[])
            .on_event("push", "name=push&ref=refs/heads/main")
            .await;
        assert_eq!(runner.outputs(step.succeeds())["environment"], "production");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn empty_inputs_are_missing_ones() {
    run(async |t: &mut Tester| {
        let mut runner = Runner::with_the_program();
        // As `${{ inputs.… }}` of a workflow that was not started by hand.
        runner.env("DIGITALOCEAN_ACCESS_TOKEN", crate::harness::DIGITALOCEAN_TOKEN);
        let empty = [
            "token",
            "command",
            "environment",
            "pr",
            "commit",
            "to",
            "images",
            "replace",
            "spec",
            "config",
            "timeout",
            "working-directory",
            "force-build",
            "release",
            "dry-run",
            "build-from-source",
        ];
        let step = runner
            .uses(t, &empty.map(|name| (name, "")))
            .on_event("push", "name=push&ref=refs/heads/main")
            .await;
        step.succeeds();
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn outputs_of_a_run_that_did_nothing_say_so() {
    run(async |t: &mut Tester| {
        t.push("other", "second");
        let runner = Runner::with_the_program();
        let step = runner
            .uses(t, &[])
            .at("other")
            .on_event("push", "name=push&ref=refs/heads/other")
            .await;
        let outputs: BTreeMap<_, _> = runner.outputs(step.succeeds().touches_nothing());
        assert_eq!(outputs["status"], "skipped");
        assert_eq!(outputs["url"], "");
    })
    .await;
}
