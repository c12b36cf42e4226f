//! Logs: by kind and component, stored and live.

use serde_json::json;

use futures_util::StreamExt as _;
use tokio_tungstenite::tungstenite::Message;

use super::{create, create_active, ended, id, notes_spec, stored_log};
use crate::harness::{Tester, run};

#[tokio::test]
async fn logs_are_offered_by_url() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        let deployment = id(&app["pending_deployment"]);
        ended(t, &id(&app), &deployment).await;
        let path = format!(
            "/v2/apps/{}/deployments/{deployment}/components/web/logs?type=RUN",
            id(&app)
        );
        let logs = t.digitalocean("GET", &path, None).await.expect(200);
        assert!(
            logs["live_url"].as_str().is_none_or(str::is_empty),
            "only with follow=true: {logs}"
        );
        let url = logs["historic_urls"][0].as_str().unwrap();
        assert!(t.get(url).await.unwrap().text.contains("notes first listening"));
    })
    .await;
}

#[tokio::test]
async fn every_phase_has_a_log_and_one_that_never_ran_is_400() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let deployment = id(&app["pending_deployment"]);
        for kind in ["BUILD", "DEPLOY", "RUN"] {
            let log = stored_log(t, &id(&app), &deployment, "web", kind).await;
            let log = log.unwrap_or_else(|| panic!("there is a {kind} log"));
            let mut words = log.lines().next().unwrap().split(' ');
            assert_eq!(words.next(), Some("web"), "{kind}: {log}");
            assert!(words.next().unwrap().ends_with('Z'), "{kind}: {log}");
        }
        assert_eq!(
            stored_log(t, &id(&app), &deployment, "web", "RUN_RESTARTED").await,
            None
        );
    })
    .await;
}

#[tokio::test]
async fn a_deployment_whose_build_failed_has_no_run_log() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        spec["services"][0]["build_command"] = json!("exit 7");
        let app = create(t, spec).await;
        let deployment = id(&app["pending_deployment"]);
        ended(t, &id(&app), &deployment).await;
        assert_eq!(stored_log(t, &id(&app), &deployment, "web", "RUN").await, None);
        assert!(stored_log(t, &id(&app), &deployment, "web", "BUILD").await.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_stored_log_opens_with_its_own_token_only() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let path = format!("/v2/apps/{}/logs?type=RUN", id(&app));
        let logs = t.digitalocean("GET", &path, None).await.expect(200);
        let url = logs["historic_urls"][0].as_str().unwrap();
        assert_eq!(t.get(url).await.unwrap().status, 200);
        let bare = url.split('?').next().unwrap();
        assert_eq!(t.get(bare).await.unwrap().status, 403);
    })
    .await;
}

/// All messages of a live log until the sandbox closes it.
async fn followed(live_url: &str) -> String {
    let url = live_url.replacen("http", "ws", 1);
    let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("a WebSocket");
    let (_, mut messages) = socket.split();
    let mut text = String::new();
    while let Some(message) = messages.next().await {
        match message.expect("a message") {
            Message::Text(message) => {
                let message: serde_json::Value = serde_json::from_str(&message).expect("JSON");
                text.push_str(message["data"].as_str().expect("`data`"));
            }
            Message::Close(frame) => {
                assert_eq!(u16::from(frame.expect("a reason").code), 1000);
                return text;
            }
            _ => {}
        }
    }
    panic!("the stream ended without a close:\n{text}");
}

#[tokio::test]
async fn a_live_log_is_a_websocket_that_closes_when_nothing_more_comes() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "concurrent_builds": 0 })).await;
        let mut spec = notes_spec("shop");
        spec["services"][0]["build_command"] = json!("echo building the moon");
        let app = create(t, spec).await;
        let path = format!(
            "/v2/apps/{}/deployments/{}/logs?type=BUILD&follow=true",
            id(&app),
            id(&app["pending_deployment"])
        );
        let logs = t.digitalocean("GET", &path, None).await.expect(200);
        t.account(&json!({})).await;
        let text = followed(logs["live_url"].as_str().unwrap()).await;
        assert!(
            text.contains("building the moon") && text.contains("build complete"),
            "{text}"
        );
        t.settled().await;
    })
    .await;
}
