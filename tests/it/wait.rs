//! `do-deploy wait`: a job without the cloud's token waits for the preview of its commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::response::Response;
use insta::assert_snapshot;
use serde_json::json;

use crate::apps::{both, broken};
use crate::harness::{Answer, Change, Gate, Invocation, Proxy, Tester, run, run_with, spec};

/// `do-deploy wait` as a job of the team's own runs it: the job's token may only read, and there is no other.
fn wait<'t>(t: &'t Tester, pull: u64, commit: &str) -> Invocation<'t> {
    wait_for(t, pull, commit, "2m")
}

fn wait_for<'t>(t: &'t Tester, pull: u64, commit: &str, timeout: &str) -> Invocation<'t> {
    t.command([
        "wait",
        "--pr",
        &pull.to_string(),
        "--commit",
        commit,
        "--timeout",
        timeout,
    ])
    .without_checkout()
    .without_env("DIGITALOCEAN_ACCESS_TOKEN")
    .env("GITHUB_TOKEN", READER)
}

const READER: &str = "ghs_0nlyr3adsN0th1ngElseMayBeD0newithIt12";

async fn with_reader(t: &Tester) {
    t.account(&json!({ "github_read_only": [READER] })).await;
}

#[tokio::test]
async fn gives_the_url_of_a_preview_that_serves() {
    run(async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        t.preview(2).await.succeeds();
        let url = t.url_of("shop-pr-1").await;
        let commit = t.repository.head("feature-1");
        for named in [commit.as_str(), &commit[..7]] {
            let waited = wait(t, 1, named).await;
            waited.succeeds().touches_nothing();
            assert_eq!(waited.output("url"), url);
            assert_eq!(waited.output("status"), "ready");
            assert_eq!(waited.output("environment"), "pr-1");
            assert!(waited.stdout.lines().any(|line| line == url), "{waited}");
            assert!(
                waited.requests().iter().all(|it| it.contains("/deployments")),
                "it asks for nothing but deployments: {waited}"
            );
        }
        let document = wait(t, 1, &commit).arg("--json").await.succeeds().json();
        assert_eq!(document["url"], url.as_str());
    })
    .await;
}

#[tokio::test]
async fn waits_until_the_new_commit_serves() {
    run(async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let before = t.url_of("shop-pr-1").await;
        let commit = t.push(1, "second");
        let mut waiting = wait(t, 1, &commit).start().await;
        waiting.says("Waiting for the preview of").await;
        t.preview(1).await.succeeds();
        let waited = waiting.end().await;
        assert_eq!(waited.succeeds().output("url"), before);
        t.expect_serving("shop-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_failed_is_red() {
    run(async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr(1).await;
        let commit = t.push_broken(1);
        t.preview(1).await.fails_with(1);
        let waited = wait(t, 1, &commit).await;
        waited
            .fails_with(1)
            .says(&format!("the preview of `{}` failed", &commit[..7]));
        assert_eq!(waited.output("status"), "failed");
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_was_removed_is_not_known() {
    run(async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr(1).await;
        let commit = t.repository.head("feature-1");
        t.preview(1).await.succeeds();
        t.teardown(1).await.succeeds();
        let gone = wait(t, 1, &commit).await;
        gone.fails_with(3).says(&format!(
            "the preview of `{}` is gone: The preview was removed",
            &commit[..7]
        ));
        assert_eq!(gone.output("status"), "unknown");
    })
    .await;
}

#[tokio::test]
async fn ends_at_its_timeout_and_says_how_far_it_is() {
    let gate = Gate::closed().await;
    let start = "    run_command: do-deploy demo-app serve";
    let built = format!("    build_command: {}\n{start}", gate.wait());
    let app = Change::whole_app("first").spec(&spec(start, &built));
    run_with(app, async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr(1).await;
        let commit = t.repository.head("feature-1");
        let short = &commit[..7];
        wait_for(t, 1, &commit, "1s").await.fails_with(3).says(&format!(
            "there is no preview of `{short}`: GitHub showed no deployment of it within 1s"
        ));
        let mut preview = t.preview(1).start().await;
        preview.says("building").await;
        wait_for(t, 1, &commit, "1s").await.fails_with(3).says(&format!(
            "the preview of `{short}` is still being deployed: 1s were not enough"
        ));
        preview.cancelled_by_the_runner().await;
        wait(t, 1, &commit).await.fails_with(3).says(&format!(
            "how the deployment of `{short}` ended is not known: Cancelled"
        ));
        drop(gate);
        t.preview(1).await.succeeds();
        wait(t, 1, &commit).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_lasts_ends_it_with_the_time_at_which_the_limit_does() {
    run(async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let commit = t.push(1, "second");
        let hour = Arc::new(AtomicUsize::new(0));
        let asked = hour.clone();
        let between = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), move |_, _| {
            match asked.fetch_add(1, Ordering::Relaxed) {
                0..2 => Answer::Changed(Box::new(|text| text)),
                _ => Answer::Instead(
                    Response::builder()
                        .status(403)
                        .header("x-ratelimit-remaining", "0")
                        .header("x-ratelimit-reset", "4102444800")
                        .body(Body::from(r#"{"message":"API rate limit exceeded"}"#))
                        .expect("an answer"),
                ),
            }
        })
        .await;
        let waited = wait_for(t, 1, &commit, "1h")
            .env("GITHUB_API_URL", &between.url())
            .await;
        waited.fails_with(3).says("when GitHub's rate limit ends");
        assert_eq!(waited.output("status"), "unknown");
        assert_eq!(
            hour.load(Ordering::Relaxed),
            3,
            "no request is sent again before the limit ends"
        );
    })
    .await;
}

#[tokio::test]
async fn says_in_a_terminal_what_it_waits_for_and_where_it_serves() {
    run(async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let commit = t.repository.head("feature-1");
        let waited = wait(t, 1, &commit).locally().await;
        let url = t.url_of("shop-pr-1").await;
        let shown = waited
            .succeeds()
            .stderr
            .replace(&url, "URL")
            .replace(&commit[..7], "COMMIT");
        assert_snapshot!(shown, @"
        Waiting for the preview of `COMMIT` on pull request 1
        pr-1 is ready: URL
        ");
    })
    .await;
}

#[tokio::test]
async fn waits_for_the_one_app_that_is_named() {
    run_with(both("first"), async |t: &mut Tester| {
        with_reader(t).await;
        t.open_pr_with(1, broken("front", "second").file("api/VERSION", "second\n"))
            .await;
        t.preview(1).await.fails_with(1);
        let commit = t.repository.head("feature-1");
        let short = &commit[..7];
        let waited = wait(t, 1, &commit).args(["--app", "api"]).await;
        waited.succeeds().touches_nothing();
        assert_eq!(waited.output("url"), t.url_of("shop-api-pr-1").await);
        wait(t, 1, &commit)
            .args(["--app", "front"])
            .await
            .fails_with(1)
            .says(&format!("front: the preview of `front` at `{short}` failed"));
        wait_for(t, 1, &commit, "1s")
            .args(["--app", "nope"])
            .await
            .fails_with(3)
            .says(&format!("there is no preview of `nope` at `{short}`"));
        wait(t, 1, &commit).await.fails_with(1);
    })
    .await;
}
