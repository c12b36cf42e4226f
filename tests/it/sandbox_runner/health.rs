//! Health: what never gets ready fails, what crashes comes back.

use serde_json::json;

use super::{create, log, one_service, phase, service};
use crate::harness::{Tester, run, until};

#[tokio::test]
async fn a_service_that_does_not_start_fails_its_deployment() {
    run(async |t: &mut Tester| {
        create(
            t,
            json!({ "name": "shop", "region": "fra", "services": [service("exit 3")] }),
        )
        .await;
        assert_eq!(phase(t, "shop").await, "ERROR");
    })
    .await;
}

#[tokio::test]
async fn a_service_that_never_gets_healthy_fails_its_deployment() {
    run(async |t: &mut Tester| {
        let mut unhealthy = service("do-deploy demo-app serve");
        unhealthy["health_check"] = json!({ "http_path": "/nowhere" });
        create(t, json!({ "name": "shop", "region": "fra", "services": [unhealthy] })).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
    })
    .await;
}

#[tokio::test]
async fn a_crashed_instance_comes_back_and_leaves_its_log() {
    run(async |t: &mut Tester| {
        let dying = service("timeout 1 do-deploy demo-app serve; exit 9");
        let app = create(t, json!({ "name": "shop", "region": "fra", "services": [dying] })).await;
        let path = format!(
            "/v2/apps/{}/components/web/logs?type=RUN_RESTARTED",
            app["id"].as_str().unwrap()
        );
        until("the crashed instance's log is there", async || {
            let logs = t.digitalocean("GET", &path, None).await;
            let url = (logs.status == 200).then(|| logs.json()["historic_urls"][0].clone())?;
            t.get(url.as_str()?)
                .await
                .ok()
                .filter(|log| log.text.contains("notes first listening"))
        })
        .await;
        until("it serves again", async || {
            (t.serving("shop").await.0 == 200).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_crash_shows_in_health_until_the_instance_is_back() {
    run(async |t: &mut Tester| {
        let dying = service("timeout 1 do-deploy demo-app serve; exit 9");
        let app = create(t, one_service(dying)).await;
        let path = format!("/v2/apps/{}/health", app["id"].as_str().unwrap());
        for state in ["UNHEALTHY", "HEALTHY"] {
            until("health shows it", async || {
                let health = t.digitalocean("GET", &path, None).await.expect(200);
                (health["app_health"]["components"][0]["state"] == state).then_some(())
            })
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_path_it_is_enough_to_listen() {
    run(async |t: &mut Tester| {
        create(t, one_service(service("do-deploy demo-app serve"))).await;
        assert_eq!(phase(t, "shop").await, "ACTIVE");
    })
    .await;
}

#[tokio::test]
async fn a_health_check_may_need_several_good_answers() {
    run(async |t: &mut Tester| {
        let mut checked = service("do-deploy demo-app serve");
        checked["health_check"] =
            json!({ "http_path": "/health", "success_threshold": 3, "initial_delay_seconds": 1, "period_seconds": 1 });
        create(t, one_service(checked)).await;
        assert_eq!(phase(t, "shop").await, "ACTIVE");
    })
    .await;
}

#[tokio::test]
async fn an_instance_that_is_not_alive_any_more_is_restarted() {
    run(async |t: &mut Tester| {
        let mut checked = service("do-deploy demo-app serve");
        checked["liveness_health_check"] =
            json!({ "http_path": "/nowhere", "failure_threshold": 3, "period_seconds": 1, "initial_delay_seconds": 1 });
        let app = create(t, one_service(checked)).await;
        until("it was restarted", async || {
            log(t, &app, "web", "RUN_RESTARTED")
                .await
                .contains("notes first")
                .then_some(())
        })
        .await;
        assert!(
            log(t, &app, "web", "DEPLOY")
                .await
                .contains("liveness check failed 3 times")
        );
    })
    .await;
}
