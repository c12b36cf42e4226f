//! What an app is doing: health, instances, events.

use serde_json::json;

use super::{act, create_active, id, notes_spec};
use crate::harness::{Tester, run};

#[tokio::test]
async fn health_counts_the_replicas_that_are_ready() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        spec["services"][0]["instance_size_slug"] = json!("apps-s-1vcpu-1gb");
        spec["services"][0]["instance_count"] = json!(2);
        let app = create_active(t, spec).await;
        let path = format!("/v2/apps/{}/health", id(&app));
        let health = t.digitalocean("GET", &path, None).await.expect(200);
        let web = &health["app_health"]["components"][0];
        assert_eq!((&web["name"], &web["state"]), (&json!("web"), &json!("HEALTHY")));
        assert_eq!(
            (&web["replicas_desired"], &web["replicas_ready"]),
            (&json!(2), &json!(2))
        );
    })
    .await;
}

#[tokio::test]
async fn instances_have_names_that_change_with_every_deployment() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let path = format!("/v2/apps/{}/instances", id(&app));
        let instances = async || t.digitalocean("GET", &path, None).await.expect(200)["instances"].clone();
        let before = instances().await;
        assert_eq!(before.as_array().unwrap().len(), 1);
        assert_eq!(before[0]["component_name"], "web");
        assert_eq!(before[0]["component_type"], "SERVICE");
        act(t, &id(&app), "/restart", &json!({})).await;
        t.settled().await;
        assert_ne!(instances().await[0]["instance_name"], before[0]["instance_name"]);
    })
    .await;
}

#[tokio::test]
async fn every_deployment_is_an_event() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let second = id(&act(t, &id(&app), "/deployments", &json!({})).await["deployment"]);
        t.settled().await;
        let path = format!("/v2/apps/{}/events", id(&app));
        let events = t.digitalocean("GET", &path, None).await.expect(200);
        assert_eq!(events["meta"]["total"], 2);
        let newest = &events["events"][0];
        assert_eq!(
            (&newest["type"], &newest["deployment_id"]),
            (&json!("DEPLOYMENT"), &json!(second))
        );
        let one = t
            .digitalocean("GET", &format!("{path}/{}", id(newest)), None)
            .await
            .expect(200);
        assert_eq!(one["event"]["deployment"]["phase"], "ACTIVE");
    })
    .await;
}
