//! GitHub's hour is used up by others: what production still needs of GitHub, and what it does without.

use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use super::used_up;
use crate::harness::{Answer, Proxy, Tester, run};

/// An hour in a second: what is waited for here is nothing but time.
const PACE: &str = "0.0003";

fn as_it_is() -> Answer {
    Answer::Changed(Box::new(|text| text))
}

fn in_minutes(minutes: i64) -> i64 {
    Timestamp::now().as_second() + minutes * 60
}

#[tokio::test]
async fn production_ends_with_3_and_says_when_the_limit_ends() {
    run(async |t: &mut Tester| {
        for _ in 0..1_000 {
            t.github("GET", "/repos/org/shop", None).await.expect(200);
        }
        let limited = t.deploy().env("DO_DEPLOY_PACE", "1").await;
        limited.fails_with(3).touches_nothing().does_not_say("the rights");
        limited
            .says("hint: run again after 20")
            .says(" UTC, when GitHub's rate limit ends");
        assert_eq!(limited.output("status"), "unknown");
        assert!(limited.took.as_secs() < 30, "an hour is not waited for: {limited}");
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_ends_within_ten_minutes_is_waited_for_and_no_longer_one() {
    for (minutes, waits) in [(1, true), (9, true), (12, false), (59, false)] {
        run(async |t: &mut Tester| {
            let asked = AtomicUsize::new(0);
            let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), move |_, _| {
                match asked.fetch_add(1, Ordering::SeqCst) {
                    0 => Answer::Instead(used_up(in_minutes(minutes))),
                    _ => as_it_is(),
                }
            })
            .await;
            let deploy = t
                .deploy()
                .env("GITHUB_API_URL", &github.url())
                .env("DO_DEPLOY_PACE", PACE);
            let run = deploy.await;
            match waits {
                true => run
                    .succeeds()
                    .says("GitHub's rate limit is reached: the next try is in"),
                false => run.fails_with(3).touches_nothing().does_not_say("the next try"),
            };
        })
        .await;
    }
}

#[tokio::test]
async fn all_reads_together_wait_no_longer_than_ten_minutes() {
    run(async |t: &mut Tester| {
        let asked = AtomicUsize::new(0);
        let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), move |_, _| {
            match asked.fetch_add(1, Ordering::SeqCst) % 2 {
                0 => Answer::Instead(used_up(in_minutes(6))),
                _ => as_it_is(),
            }
        })
        .await;
        let deploy = t
            .deploy()
            .env("GITHUB_API_URL", &github.url())
            .env("DO_DEPLOY_PACE", PACE);
        deploy.await.fails_with(3).touches_nothing().says("the next try is in");
    })
    .await;
}

#[tokio::test]
async fn production_waits_for_no_words_on_github_and_the_summary_says_which_are_missing() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.merge_pr(1).await;
        let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), |_, path| {
            match path.contains("/deployments") || path.contains("/comments") {
                true => Answer::Instead(used_up(in_minutes(5))),
                false => as_it_is(),
            }
        })
        .await;
        let run = t.deploy().env("GITHUB_API_URL", &github.url()).await;
        run.succeeds().does_not_say("the next try");
        assert_eq!(run.output("status"), "ready");
        t.expect_serving("shop", "first").await;
        let summary = run.summary();
        for missing in ["the GitHub deployment", "the merged pull request's comment"] {
            let line = format!("- {missing} could not be written: ");
            assert!(summary.contains(&line), "{missing}: {summary}");
        }
        assert!(summary.contains("rate limit"), "{summary}");
    })
    .await;
}

#[tokio::test]
async fn a_preview_waits_for_no_words_on_github_and_the_summary_says_which_are_missing() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), |_, path| {
            match path.contains("/deployments") || path.contains("/comments") {
                true => Answer::Instead(used_up(in_minutes(5))),
                false => as_it_is(),
            }
        })
        .await;
        let run = t.preview(1).env("GITHUB_API_URL", &github.url()).await;
        run.succeeds().does_not_say("the next try");
        let summary = run.summary();
        for missing in ["the GitHub deployment", "the comment"] {
            let line = format!("- {missing} could not be written: ");
            assert!(summary.contains(&line), "{missing}: {summary}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_command_waits_for_no_reaction_and_the_summary_says_that_it_is_missing() {
    run(async |t: &mut Tester| {
        t.account(&serde_json::json!({ "permissions": { "maintainer": "write" } }))
            .await;
        t.open_pr(1).await;
        let body = serde_json::json!({ "body": "/help" });
        let path = "/repos/org/shop/issues/1/comments";
        let said = t
            .call_as(
                "user:maintainer",
                crate::harness::Api::GitHub,
                "POST",
                path,
                Some(&body),
            )
            .await
            .expect(201);
        let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), |_, path| {
            match path.ends_with("/reactions") {
                true => Answer::Instead(used_up(in_minutes(5))),
                false => as_it_is(),
            }
        })
        .await;
        let invocation = t.command(["auto"]).on_event(
            "issue_comment",
            &format!("name=issue_comment&comment_id={}", said["id"]),
        );
        let run = invocation.env("GITHUB_API_URL", &github.url()).await;
        run.succeeds().does_not_say("the next try");
        let line = "- the reaction to the command could not be written: ";
        assert_eq!(run.summary().matches(line).count(), 1, "{}", run.summary());
    })
    .await;
}
