//! Scale to zero: a preview falls asleep when it is not used and wakes with the next request.

use serde_json::json;

use crate::harness::{Change, Tester, run, run_with, until};

/// The default of `[preview] sleep`, and a minute.
const LONGER_THAN_SLEEP: u64 = 25 * 60 * 60;

/// Whether the platform's health says that the service has no instance.
async fn asleep(t: &Tester, name: &str) -> bool {
    let id = t.app(name).await["id"].as_str().unwrap().to_owned();
    let health = t
        .digitalocean("GET", &format!("/v2/apps/{id}/health"), None)
        .await
        .expect(200);
    health["app_health"]["components"][0]["replicas_ready"]
        .as_u64()
        .unwrap_or_default()
        == 0
}

#[tokio::test]
async fn a_preview_falls_asleep_and_the_next_request_wakes_it() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.write_note("shop-pr-1", "soon forgotten").await;
        t.advance(LONGER_THAN_SLEEP).await;
        until("the preview is asleep", async || {
            asleep(t, "shop-pr-1").await.then_some(())
        })
        .await;
        t.expect_serving("shop-pr-1", "first").await;
        assert_eq!(
            t.visit("shop-pr-1", "GET", "/notes").await.json(),
            json!([]),
            "a wake resets the disk"
        );
    })
    .await;
}

#[tokio::test]
async fn production_does_not_sleep() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.advance(LONGER_THAN_SLEEP).await;
        t.expect_serving("shop", "first").await;
        assert!(t.app("shop").await["spec"]["services"][0]["inactivity_sleep"].is_null());
    })
    .await;
}

#[tokio::test]
async fn a_sleeping_preview_is_not_called_broken() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.advance(LONGER_THAN_SLEEP).await;
        until("the preview is asleep", async || {
            asleep(t, "shop-pr-1").await.then_some(())
        })
        .await;
        t.command(["verify", "--pr", "1"]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn does_not_sleep_when_sleep_is_off() {
    run_with(
        Change::whole_app("first").config("[preview]\nsleep = false\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).await.succeeds();
            assert!(t.app("shop-pr-1").await["spec"]["services"][0]["inactivity_sleep"].is_null());
        },
    )
    .await;
}

#[tokio::test]
async fn an_account_that_refuses_sleep_gets_a_preview_that_does_not_sleep_and_says_so() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "inactivity_sleep": "refuse" })).await;
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        let comment = preview.succeeds().comment(1).to_lowercase();
        assert!(comment.contains("does not sleep") && comment.contains('$'), "{comment}");
    })
    .await;
}

#[tokio::test]
async fn an_account_that_drops_sleep_silently_is_noticed() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "inactivity_sleep": "drop" })).await;
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        let comment = preview.succeeds().comment(1).to_lowercase();
        assert!(
            comment.contains("does not sleep") && !comment.contains("asleep"),
            "{comment}"
        );
    })
    .await;
}
