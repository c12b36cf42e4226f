//! Workers: they run without a port.

use serde_json::json;

use super::{create, log, phase, service, task};
use crate::harness::{Tester, run, until};

#[tokio::test]
async fn a_worker_runs_beside_the_service() {
    run(async |t: &mut Tester| {
        let worker = task("mailer", "echo mailing; exec sleep 1000");
        let services = [service("do-deploy demo-app serve")];
        let spec = json!({ "name": "shop", "region": "fra", "services": services, "workers": [worker] });
        let app = create(t, spec).await;
        until("it says so", async || {
            log(t, &app, "mailer", "RUN").await.contains("mailing").then_some(())
        })
        .await;
        let path = format!("/v2/apps/{}/health", app["id"].as_str().unwrap());
        let health = t.digitalocean("GET", &path, None).await.expect(200);
        let states = health["app_health"]["components"].as_array().unwrap().iter();
        let states: Vec<_> = states
            .map(|component| (&component["name"], &component["state"]))
            .collect();
        let healthy = json!("HEALTHY");
        assert_eq!(states, [(&json!("web"), &healthy), (&json!("mailer"), &healthy)]);
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_ends_at_once_fails_its_deployment() {
    run(async |t: &mut Tester| {
        let spec = json!({ "name": "shop", "region": "fra", "workers": [task("mailer", "exit 4")] });
        create(t, spec).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
    })
    .await;
}
