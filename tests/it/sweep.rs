//! `sweep` removes previews that an event missed, and nothing that is someone else's.

use serde_json::json;

use crate::harness::{Call, Change, Tester, fault, marks, run, run_with};

const A_DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_closed_pull_requests_preview_is_removed() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        t.preview(2).await.succeeds();
        t.close_pr(1).await;
        t.command(["sweep"]).await.succeeds().says("its pull request is closed");
        assert_eq!(t.app_names().await, ["shop-pr-2"]);
        let comment = t.comment(1).await.to_lowercase();
        assert!(comment.contains("removed"), "{comment}");
        t.expect_serving("shop-pr-2", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_untouched_for_too_long_is_removed() {
    let config = "[preview]\nttl = \"7d\"\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        t.preview(2).await.succeeds();
        t.advance(5 * A_DAY).await;
        t.push(2, "second");
        t.preview(2).await.succeeds();
        t.command(["sweep"])
            .await
            .succeeds()
            .touches_nothing()
            .says("Nothing to sweep");
        t.advance(3 * A_DAY).await;
        t.command(["sweep"]).await.succeeds().says("`ttl`");
        assert_eq!(t.app_names().await, ["shop-pr-2"]);
    })
    .await;
}

#[tokio::test]
async fn one_that_goes_wrong_does_not_keep_the_others_from_being_swept() {
    run(async |t: &mut Tester| {
        for number in 1..=3 {
            t.open_pr(number).await;
            t.preview(number).await.succeeds();
        }
        for number in 1..=3 {
            t.close_pr(number).await;
        }
        t.fault(fault::forbidden_on(Call::DeleteApp)).await;
        let swept = t.command(["sweep"]).await;
        swept.fails_with(2).says("could not be swept");
        assert_eq!(t.app_names().await.len(), 1, "{swept}");
        assert_eq!(swept.output("status"), "unknown");
        assert!(swept.summary().contains("could not be swept"), "{}", swept.summary());
        assert!(!swept.summary().contains("Nothing to sweep"), "{}", swept.summary());
        t.command(["sweep"]).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_sweep_stops_without_complaining() {
    run(async |t: &mut Tester| {
        for number in 1..=2 {
            t.open_pr(number).await;
            t.preview(number).await.succeeds();
            t.close_pr(number).await;
        }
        t.fault(fault::hanging(Call::DeleteApp)).await;
        let mut running = t.command(["sweep"]).start().await;
        running.says("Removing the preview").await;
        let cancelled = running.cancelled_by_the_runner().await;
        t.no_faults().await;
        cancelled.fails_with(130).does_not_say("could not be swept");
        assert!(cancelled.summary().contains("**Cancelled**"), "{cancelled}");
        assert_eq!(t.app_names().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_a_preview_of_this_repository_is_left_alone() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.close_pr(1).await;
        t.somebody_creates("shop-pr-1", json!([])).await;
        t.somebody_creates("theirs-pr-1", marks(1, "pr-1")).await;
        t.deploy().await.succeeds();
        t.advance(100 * A_DAY).await;
        t.command(["sweep"])
            .await
            .succeeds()
            .touches_nothing()
            .says("Nothing to sweep");
        assert_eq!(t.app_names().await, ["shop", "shop-pr-1", "theirs-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_names_what_would_go_and_touches_nothing() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        let reported = t.command(["sweep", "--dry-run", "--json"]).locally().await;
        let swept = reported.succeeds().touches_nothing().json();
        assert_eq!(swept["dry_run"], true);
        assert_eq!(
            (&swept["swept"][0]["app"], &swept["swept"][0]["pull_request"]),
            (&json!("shop-pr-1"), &json!(1))
        );
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn the_comment_names_the_first_day_on_which_a_preview_that_is_left_alone_is_removed() {
    let sweep = include_str!("../../workflows-templates/sweep.yml");
    let by_hand = "on:\n  workflow_dispatch:\n  # schedule:\njobs: {}\n";
    let config = "[preview]\nttl = \"7d\"\n";
    let whole = || Change::whole_app("first").config(config);
    for (first, known) in [
        (whole().file(".github/workflows/do-deploy-sweep.yml", sweep), true),
        (whole().file(".github/workflows/do-deploy-sweep.yml", by_hand), false),
        (whole(), false),
    ] {
        run_with(first, async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).await.succeeds();
            let comment = t.redact(&t.comment(1).await);
            let facts = comment.lines().last().expect("the line of facts");
            if !known {
                assert!(!facts.contains("at the earliest"), "{facts}");
                return;
            }
            insta::assert_snapshot!(facts, @"Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep · Removed as soon as the pull request is closed; if it stays open, after 7 days without a deployment or a command, on [day] at the earliest");
            // It is true to the day.
            t.advance(7 * A_DAY - 3_600).await;
            t.command(["sweep"]).await.succeeds().says("Nothing to sweep");
            let day = jiff::Timestamp::now() + std::time::Duration::from_secs(7 * A_DAY);
            let day = day.strftime("%Y-%m-%d").to_string();
            assert!(t.comment(1).await.contains(&format!(", on {day} at the earliest")), "{facts}");
            // What failed is removed as well.
            t.push_broken(1);
            t.preview(1).await.fails_with(1);
            t.advance(6 * A_DAY).await;
            t.command(["sweep"]).await.succeeds().says("Nothing to sweep");
            assert!(t.comment(1).await.contains(" at the earliest"));
            t.advance(2 * A_DAY).await;
            t.command(["sweep"]).await.succeeds().says("longer than `ttl` (7 days)");
            assert!(!t.comment(1).await.contains("at the earliest"));
        })
        .await;
    }
}
