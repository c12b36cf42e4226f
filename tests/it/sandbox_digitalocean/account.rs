//! The account: tokens, limits, the catalogue.

use serde_json::json;

use super::{create, notes_spec};
use crate::harness::{Api, Tester, run, until};

#[tokio::test]
async fn without_a_token_there_is_401() {
    run(async |t: &mut Tester| {
        t.tolerate("token");
        let refused = t.call_as("", Api::DigitalOcean, "GET", "/v2/account", None).await;
        assert_eq!(refused.expect(401)["id"], "unauthorized");
    })
    .await;
}

#[tokio::test]
async fn says_how_much_of_the_rate_limit_is_left() {
    run(async |t: &mut Tester| {
        let reply = t.digitalocean("GET", "/v2/account", None).await;
        assert_eq!(reply.header("ratelimit-limit"), Some("5000"));
        assert!(reply.header("ratelimit-remaining").is_some() && reply.header("ratelimit-reset").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_burst_is_429_with_retry_after_until_its_minute_is_over() {
    run(async |t: &mut Tester| {
        // The world's minute is short here, so that a slow machine needs more than one try to be too fast.
        let refused = until("so many at once are too many", async || {
            let burst = (0..400).map(|_| t.digitalocean("GET", "/v2/account", None));
            let replies = futures_util::future::join_all(burst).await;
            replies.into_iter().find(|reply| reply.status == 429)
        })
        .await;
        let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert_eq!(refused.json()["id"], "too_many_requests");
        until("the minute is over", async || {
            (t.digitalocean("GET", "/v2/account", None).await.status == 200).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn prices_are_text_in_the_catalogue() {
    run(async |t: &mut Tester| {
        let sizes = t
            .digitalocean("GET", "/v2/apps/tiers/instance_sizes", None)
            .await
            .expect(200);
        let size = sizes["instance_sizes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|size| size["slug"] == "apps-s-1vcpu-0.5gb");
        assert_eq!(size.unwrap()["usd_per_month"], "5.00");
    })
    .await;
}

#[tokio::test]
async fn a_revoked_token_is_401_and_one_without_the_scope_403() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "revoked": ["gone"], "scopes": { "reader": ["app:read"] } }))
            .await;
        let ask = async |token, method, path| t.call_as(token, Api::DigitalOcean, method, path, None).await;
        assert_eq!(ask("gone", "GET", "/v2/apps").await.expect(401)["id"], "unauthorized");
        assert_eq!(ask("reader", "GET", "/v2/account").await.expect(403)["id"], "forbidden");
        ask("reader", "GET", "/v2/apps").await.expect(200);
        let body = json!({ "spec": notes_spec("shop") });
        let refused = t
            .call_as("reader", Api::DigitalOcean, "POST", "/v2/apps", Some(&body))
            .await;
        refused.expect(403);
    })
    .await;
}

#[tokio::test]
async fn an_account_takes_no_more_apps_than_its_limit() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "app_limit": 1 })).await;
        create(t, notes_spec("one")).await;
        let body = json!({ "spec": notes_spec("two") });
        let refused = t.digitalocean("POST", "/v2/apps", Some(&body)).await.expect(422);
        assert!(
            refused["message"].as_str().unwrap().contains("ResourceExhausted"),
            "{refused}"
        );
        t.settled().await;
        assert_eq!(t.app_names().await, ["one"]);
    })
    .await;
}

#[tokio::test]
async fn the_account_and_its_catalogue_can_be_read() {
    run(async |t: &mut Tester| {
        let account = t.digitalocean("GET", "/v2/account", None).await.expect(200)["account"].clone();
        assert_eq!(account["status"], "active");
        let regions = t.digitalocean("GET", "/v2/apps/regions", None).await.expect(200)["regions"].clone();
        let slugs: Vec<_> = regions
            .as_array()
            .unwrap()
            .iter()
            .map(|region| &region["slug"])
            .collect();
        assert!(slugs.contains(&&json!("fra")), "{slugs:?}");
        let path = "/v2/apps/tiers/instance_sizes/apps-s-1vcpu-0.5gb";
        let size = t.digitalocean("GET", path, None).await.expect(200)["instance_size"].clone();
        assert_eq!(size["memory_bytes"], "536870912");
        assert_eq!(size["single_instance_only"], true);
        assert!(size["scalable"].is_null(), "false is left out: {size}");
    })
    .await;
}
