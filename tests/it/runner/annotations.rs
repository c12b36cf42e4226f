//! One error per failed run, few warnings, folds that are always closed, JSON that nothing disturbs.

use serde_json::Value;

use crate::harness::{Change, Tester, run, run_with};

/// Asserts that groups do not nest and that the last one is closed. Returns their titles.
#[track_caller]
fn groups(log: &str) -> Vec<&str> {
    let mut titles = Vec::new();
    let mut open = false;
    for line in log.lines() {
        if let Some(title) = line.strip_prefix("::group::") {
            assert!(!open, "a group in a group:\n{log}");
            open = true;
            titles.push(title);
        } else if line == "::endgroup::" {
            assert!(open, "an end without a beginning:\n{log}");
            open = false;
        }
    }
    assert!(!open, "the last group is open:\n{log}");
    titles
}

#[tokio::test]
async fn a_good_deployment_is_folded_by_its_phases() {
    run(async |t: &mut Tester| {
        let deploy = t.deploy().await;
        deploy.succeeds().does_not_say("::error").does_not_say("::debug");
        let titles = groups(&deploy.stderr);
        for phase in ["Plan", "Build", "Deploy", "Checks"] {
            assert!(titles.contains(&phase), "{phase} in {titles:?}");
        }
        let last = deploy.stderr.lines().last().unwrap_or_default();
        assert!(last.contains("is ready"), "the result is not folded away: {last}");
        let by_hand = t.deploy().locally().await;
        by_hand.succeeds().does_not_say("::");
    })
    .await;
}

#[tokio::test]
async fn a_failed_run_has_one_error() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "KeyError: 'X'\n")).await;
        let failed = t.preview(1).await;
        failed.fails_with(1);
        assert_eq!(failed.shown().matches("::error").count(), 1, "{failed}");
        groups(&failed.stderr);
    })
    .await;
}

#[tokio::test]
async fn a_failure_before_the_board_is_in_the_summary_too() {
    let first = Change::whole_app("first").config("[preview]\nlimits = 3\n");
    run_with(first, async |t: &mut Tester| {
        let failed = t.deploy().await;
        failed.fails_with(2);
        assert_eq!(failed.output("status"), "failed");
        let summary = failed.summary();
        assert!(
            summary.contains("### ❌ Failed") && summary.contains("do-deploy.toml:2:1"),
            "{summary}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_command_line_is_an_annotation_that_cannot_speak_to_the_runner() {
    run(async |t: &mut Tester| {
        let wrong = t
            .command(["deploy", "--environment", "x\n::set-output name=url::EVIL"])
            .await;
        wrong.fails_with(2).touches_nothing();
        assert_eq!(wrong.shown().matches("::error").count(), 1, "{wrong}");
        let speaks = |line: &str| line.trim_start().starts_with("::set-output");
        assert!(!wrong.shown().lines().any(speaks), "{wrong}");
        assert_eq!(wrong.output("status"), "failed");
    })
    .await;
}

#[tokio::test]
async fn the_runners_debug_log_gets_more_words() {
    run(async |t: &mut Tester| {
        t.deploy()
            .env("RUNNER_DEBUG", "1")
            .await
            .succeeds()
            .says("::debug::the manifest is");
    })
    .await;
}

#[tokio::test]
async fn json_is_alone_on_its_stream_under_a_runner() {
    run(async |t: &mut Tester| {
        let deploy = t.deploy().arg("--json").await;
        let document = deploy.succeeds().json();
        assert_eq!(document["status"], Value::from("ready"));
        assert!(deploy.stderr.contains("::add-mask::"), "the runner reads both streams");
        let status = t.command(["status", "--json"]).await;
        assert!(status.succeeds().json()["apps"].is_array());
    })
    .await;
}
