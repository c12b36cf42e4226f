//! Scale to zero: asleep after its time without a request, awake with the next one.

use serde_json::{Value, json};

use super::{act, create_active, id, notes_spec};
use crate::harness::{Api, Tester, run, until};

const A_MINUTE_LONGER: u64 = 660;

fn sleepy_spec() -> Value {
    let mut spec = notes_spec("shop");
    spec["services"][0]["inactivity_sleep"] = json!({ "after_seconds": 600 });
    spec
}

async fn health(t: &Tester, app: &Value) -> Value {
    let path = format!("/v2/apps/{}/health", id(app));
    t.digitalocean("GET", &path, None).await.expect(200)["app_health"]["components"][0].clone()
}

async fn falls_asleep(t: &Tester, app: &Value) {
    t.advance(A_MINUTE_LONGER).await;
    until("it is asleep", async || {
        (health(t, app).await["state"] == "UNKNOWN").then_some(())
    })
    .await;
}

/// Metric and change of every scaling event, oldest first.
async fn scalings(t: &Tester, app: &Value) -> Vec<Value> {
    let path = format!("/v2/apps/{}/events?event_types[]=AUTOSCALING", id(app));
    let events = t.digitalocean("GET", &path, None).await.expect(200)["events"].clone();
    let events = events.as_array().cloned().unwrap_or_default();
    let changes = events.iter().rev();
    changes
        .map(|event| event["autoscaling"]["components"]["web"].clone())
        .collect()
}

#[tokio::test]
async fn without_a_request_it_falls_asleep_and_health_and_events_show_it() {
    run(async |t: &mut Tester| {
        let app = create_active(t, sleepy_spec()).await;
        t.advance(540).await;
        t.expect_serving("shop", "first").await;
        t.advance(540).await;
        assert_eq!(health(t, &app).await["state"], "HEALTHY", "the request came in between");
        falls_asleep(t, &app).await;
        let asleep = health(t, &app).await;
        assert!(
            asleep["replicas_ready"].is_null() && asleep["replicas_desired"].is_null(),
            "{asleep}"
        );
        let path = format!("/v2/apps/{}/instances", id(&app));
        assert_eq!(
            t.digitalocean("GET", &path, None).await.expect(200)["instances"],
            json!([])
        );
        until("the event is written", async || {
            (!scalings(t, &app).await.is_empty()).then_some(())
        })
        .await;
        assert_eq!(
            scalings(t, &app).await,
            [json!({ "from": 1, "triggering_metric": "scale_to_zero" })]
        );
    })
    .await;
}

#[tokio::test]
async fn the_next_request_waits_for_the_wake_and_is_answered() {
    run(async |t: &mut Tester| {
        let app = create_active(t, sleepy_spec()).await;
        falls_asleep(t, &app).await;
        t.expect_serving("shop", "first").await;
        assert_eq!(health(t, &app).await["state"], "HEALTHY");
        until("the event is written", async || {
            (scalings(t, &app).await.len() == 2).then_some(())
        })
        .await;
        assert_eq!(
            scalings(t, &app).await[1],
            json!({ "to": 1, "triggering_metric": "scale_from_zero" })
        );
    })
    .await;
}

#[tokio::test]
async fn many_requests_at_once_wake_it_once() {
    run(async |t: &mut Tester| {
        let app = create_active(t, sleepy_spec()).await;
        falls_asleep(t, &app).await;
        let replies = futures_util::future::join_all((0..8).map(|_| t.serving("shop"))).await;
        assert!(replies.iter().all(|(status, _)| *status == 200), "{replies:?}");
        until("the event is written", async || {
            (scalings(t, &app).await.len() == 2).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_browser_gets_the_loading_page_until_it_is_awake() {
    run(async |t: &mut Tester| {
        let mut spec = sleepy_spec();
        spec["services"][0]["inactivity_sleep"]["loading_page"] = json!({ "enabled": true });
        let app = create_active(t, spec).await;
        falls_asleep(t, &app).await;
        let browser = [("accept", "text/html,application/xhtml+xml")];
        let page = t.visit_with("shop", "GET", "/", &browser).await;
        assert_eq!(page.status, 503);
        assert!(
            page.header("content-type").unwrap().starts_with("text/html"),
            "{}",
            page.text
        );
        until("the page is there", async || {
            let page = t.visit_with("shop", "GET", "/", &browser).await;
            (page.status == 200).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_program_waits_for_the_wake_where_a_browser_gets_the_loading_page() {
    run(async |t: &mut Tester| {
        let mut spec = sleepy_spec();
        spec["services"][0]["inactivity_sleep"]["loading_page"] = json!({ "enabled": true });
        let app = create_active(t, spec).await;
        falls_asleep(t, &app).await;
        let answer = t.visit_with("shop", "GET", "/", &[("accept", "*/*")]).await;
        assert_eq!((answer.status, answer.text.trim()), (200, "notes first"));
    })
    .await;
}

#[tokio::test]
async fn a_new_deployment_starts_awake() {
    run(async |t: &mut Tester| {
        let app = create_active(t, sleepy_spec()).await;
        falls_asleep(t, &app).await;
        act(t, &id(&app), "/deployments", &json!({})).await;
        t.settled().await;
        assert_eq!(health(t, &app).await["state"], "HEALTHY");
        falls_asleep(t, &app).await;
    })
    .await;
}

#[tokio::test]
async fn only_a_service_may_sleep_and_only_after_ten_minutes_to_a_day() {
    run(async |t: &mut Tester| {
        for (after, good) in [(599, false), (600, true), (86_400, true), (86_401, false)] {
            let mut spec = sleepy_spec();
            spec["services"][0]["inactivity_sleep"]["after_seconds"] = json!(after);
            let body = json!({ "spec": spec });
            let proposed = t
                .call_badly(Api::DigitalOcean, "POST", "/v2/apps/propose", Some(&body))
                .await;
            assert_eq!(proposed.status == 200, good, "{after}: {}", proposed.text);
        }
        let mut spec = notes_spec("shop");
        let mut worker = sleepy_spec()["services"][0].clone();
        worker["name"] = json!("worker");
        worker.as_object_mut().unwrap().remove("http_port");
        spec["workers"] = json!([worker]);
        let body = json!({ "spec": spec });
        let refused = t
            .call_badly(Api::DigitalOcean, "POST", "/v2/apps/propose", Some(&body))
            .await
            .expect(400);
        assert!(
            refused["message"]
                .as_str()
                .unwrap()
                .contains("workers[0].inactivity_sleep"),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_account_without_the_feature_refuses_the_field_or_drops_it() {
    run(async |t: &mut Tester| {
        let body = json!({ "spec": sleepy_spec() });
        t.account(&json!({ "inactivity_sleep": "refuse" })).await;
        let refused = t.digitalocean("POST", "/v2/apps", Some(&body)).await.expect(400);
        assert!(
            refused["message"].as_str().unwrap().contains("inactivity_sleep"),
            "{refused}"
        );
        t.account(&json!({ "inactivity_sleep": "drop" })).await;
        let app = create_active(t, sleepy_spec()).await;
        assert!(app["spec"]["services"][0]["inactivity_sleep"].is_null(), "{app}");
    })
    .await;
}
