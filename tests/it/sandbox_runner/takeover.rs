//! How a new version takes over from the old one.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{create, deploy_again, one_service, phase, service};
use crate::harness::{Tester, run, until};
use crate::sandbox_digitalocean::stored_log;

#[tokio::test]
async fn no_request_is_lost_while_a_new_version_takes_over() {
    run(async |t: &mut Tester| {
        let app = create(
            t,
            json!({ "name": "shop", "region": "fra", "services": [service("do-deploy demo-app serve")] }),
        )
        .await;
        let url = t.url_of("shop").await;
        t.push("main", "second");
        let path = format!("/v2/apps/{}/deployments", app["id"].as_str().unwrap());
        t.digitalocean("POST", &path, Some(&json!({}))).await.expect(200);
        until("the second version answers", async || {
            let reply = t.get(&url).await.expect("the edge answers all the time");
            assert_eq!(reply.status, 200, "{}", reply.text);
            reply.text.contains("second").then_some(())
        })
        .await;
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_on_its_way_is_answered_by_the_old_version_while_it_drains() {
    run(async |t: &mut Tester| {
        let mut slow = service("do-deploy demo-app migrate && do-deploy demo-app serve");
        slow["termination"] = json!({ "drain_seconds": 110 });
        let app = create(t, one_service(slow)).await;
        let address = t.url_of("shop").await.trim_start_matches("http://").to_owned();
        let mut visitor = TcpStream::connect(&address).await.unwrap();
        let head = "POST /notes HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nConnection: close\r\n";
        let (begun, rest) = ("{\"text\": ", "\"slow\"}");
        let length = begun.len() + rest.len();
        let first = format!("{head}Content-Length: {length}\r\n\r\n{begun}");
        visitor.write_all(first.as_bytes()).await.unwrap();
        t.push("main", "second");
        deploy_again(t, &app).await;
        t.expect_serving("shop", "second").await;
        visitor.write_all(rest.as_bytes()).await.unwrap();
        let mut answer = String::new();
        visitor.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn the_old_version_is_ended_with_sigterm() {
    run(async |t: &mut Tester| {
        let polite = "trap 'echo going politely; exit 0' TERM; do-deploy demo-app serve & wait";
        let app = create(t, one_service(service(polite))).await;
        let first = app["pending_deployment"]["id"].as_str().unwrap();
        deploy_again(t, &app).await;
        until("the old instance has said its last words", async || {
            let log = stored_log(t, app["id"].as_str().unwrap(), first, "web", "RUN").await?;
            log.contains("going politely").then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_version_that_does_not_get_ready_takes_no_traffic() {
    run(async |t: &mut Tester| {
        let app = create(t, one_service(service("do-deploy demo-app serve"))).await;
        t.push_broken("main");
        deploy_again(t, &app).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        t.expect_serving("shop", "first").await;
        assert_eq!(
            t.app("shop").await["active_deployment"]["id"],
            app["pending_deployment"]["id"]
        );
    })
    .await;
}
