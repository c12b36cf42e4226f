//! Traffic between the components of one app.

use serde_json::json;

use super::{ASK, create, log, service, task};
use crate::harness::{Tester, run, until};

/// Web, which sleeps, and a worker that asks it all the time at its private address.
fn asked_from_inside() -> serde_json::Value {
    let mut web = service("do-deploy demo-app serve");
    web["inactivity_sleep"] = json!({ "after_seconds": 600 });
    let mut asker = task("asker", &format!("while true; do ({ASK}) 2>&1; sleep 0.1; done"));
    asker["envs"] = json!([{ "key": "DOMAIN", "scope": "RUN_TIME",
        "value": "${web.PRIVATE_DOMAIN}:${web.PRIVATE_PORT}" }]);
    json!({ "name": "shop", "region": "fra", "services": [web], "workers": [asker] })
}

#[tokio::test]
async fn a_component_reaches_another_at_its_private_address() {
    run(async |t: &mut Tester| {
        let app = create(t, asked_from_inside()).await;
        until("the worker is answered", async || {
            log(t, &app, "asker", "RUN").await.contains("notes first").then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn internal_traffic_neither_keeps_a_service_awake_nor_wakes_it() {
    run(async |t: &mut Tester| {
        let app = create(t, asked_from_inside()).await;
        until("the worker is answered", async || {
            log(t, &app, "asker", "RUN").await.contains("notes first").then_some(())
        })
        .await;
        t.advance(660).await;
        until("the worker asks a sleeping service", async || {
            log(t, &app, "asker", "RUN").await.contains("is asleep").then_some(())
        })
        .await;
        let refusals = log(t, &app, "asker", "RUN").await.matches("is asleep").count();
        until("it has asked twice more", async || {
            let log = log(t, &app, "asker", "RUN").await;
            (log.matches("is asleep").count() > refusals + 1).then_some(())
        })
        .await;
        t.expect_serving("shop", "first").await;
    })
    .await;
}
