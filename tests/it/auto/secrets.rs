//! Runs without secrets, and with a GitHub token that may only read.

use serde_json::json;

use crate::harness::{Change, Invocation, Tester, run, run_with};

const BOTS: &str = "[preview]\nbots = true\n";

/// A GitHub token that may only read.
async fn reader(t: &Tester) -> String {
    let token = t.secret("READING_TOKEN");
    t.account(&json!({ "github_read_only": [token] })).await;
    token
}

/// `auto` as GitHub runs it for a fork or for Dependabot: no secrets, and a token that may only read.
async fn without_secrets<'t>(t: &'t Tester, action: &str) -> Invocation<'t> {
    let reader = reader(t).await;
    t.auto_pull_request(1, action)
        .without_env("DIGITALOCEAN_ACCESS_TOKEN")
        .env("GITHUB_TOKEN", &reader)
}

#[tokio::test]
async fn a_forks_pull_request_shows_what_a_maintainer_can_do() {
    holds!("a stranger", ["use a token", "remove"]);
    run(async |t: &mut Tester| {
        t.push("feature-1", "first");
        t.open_pr_as(
            1,
            json!({ "head": "stranger:feature-1", "base": "main", "title": "Fork" }),
        )
        .await;
        let skipped = without_secrets(t, "opened").await.await;
        insta::assert_snapshot!(t.log(skipped.succeeds().touches_nothing()), @"
        ::notice::Nothing to do: the change comes from a fork, and the platform builds branches of this repository only; a maintainer who has read it can push it to a branch here
        Event: `pull_request` (from a fork, every other type)
        ");
        assert_eq!(skipped.output("status"), "skipped");
        insta::assert_snapshot!(t.redact(skipped.summary()), @"
        Nothing to do: the change comes from a fork, and the platform builds branches of this repository only; a maintainer who has read it can push it to a branch here
        ");
        t.close_pr(1).await;
        let closed = without_secrets(t, "closed").await.await;
        assert_eq!(closed.succeeds().touches_nothing().output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn dependabots_pull_request_without_secrets_is_skipped_and_with_them_it_is_one_like_any_other() {
    run_with(Change::whole_app("first").config(BOTS), async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("bump").by("dependabot[bot]")).await;
        let skipped = without_secrets(t, "opened").await.await;
        skipped.succeeds().touches_nothing().says("Dependabot secrets");
        assert_eq!(skipped.output("status"), "skipped");
        assert!(skipped.summary().contains("a maintainer"), "{}", skipped.summary());
        let closed = without_secrets(t, "closed").await.await;
        assert_eq!(closed.succeeds().touches_nothing().output("status"), "skipped");
        let made = t.auto_pull_request(1, "opened").await;
        assert_eq!(made.succeeds().output("status"), "ready");
    })
    .await;
}

#[tokio::test]
async fn dependabots_push_without_secrets_is_skipped() {
    run(async |t: &mut Tester| {
        t.push("main", Change::version("bump").by("dependabot[bot]"));
        let skipped = t.auto_push("main").without_env("DIGITALOCEAN_ACCESS_TOKEN").await;
        skipped
            .succeeds()
            .touches_nothing()
            .says("Dependabot secrets")
            .says("a dispatched run");
        assert_eq!(skipped.output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_forgotten_is_an_error_that_names_the_input() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        for forgotten in [t.auto_push("main"), t.auto_pull_request(1, "opened")] {
            let forgotten = forgotten.without_env("DIGITALOCEAN_ACCESS_TOKEN").await;
            forgotten.fails_with(2).says("input `token`");
        }
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_token_that_may_only_read_keeps_no_deployment_from_going_on() {
    run_with(Change::whole_app("first").config(BOTS), async |t: &mut Tester| {
        let reader = reader(t).await;
        t.open_pr_with(1, Change::version("bump").by("dependabot[bot]")).await;
        for run in [t.auto_push("main"), t.auto_pull_request(1, "opened")] {
            let run = run.env("GITHUB_TOKEN", &reader).await;
            assert_eq!(run.succeeds().output("status"), "ready");
            run.says("may only read").says("pull-requests: write");
            assert!(run.summary().contains("✅ Ready"), "{}", run.summary());
        }
        t.expect_serving("shop", "first").await;
        t.expect_serving("shop-pr-1", "bump").await;
        assert_eq!(t.comments(1).await.len(), 0);
    })
    .await;
}
