//! Disks: every instance has one of its own, and loses it.

use serde_json::json;

use super::{create, one_service, service, with_jobs};
use crate::harness::{Tester, run};

#[tokio::test]
async fn the_disk_is_lost_at_every_deploy() {
    run(async |t: &mut Tester| {
        let prepared = service("do-deploy demo-app migrate && do-deploy demo-app serve");
        let app = create(t, json!({ "name": "shop", "region": "fra", "services": [prepared] })).await;
        t.write_note("shop", "soon forgotten").await;
        let path = format!("/v2/apps/{}/deployments", app["id"].as_str().unwrap());
        t.digitalocean("POST", &path, Some(&json!({}))).await.expect(200);
        t.settled().await;
        assert_eq!(t.visit("shop", "GET", "/notes").await.json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn two_apps_do_not_share_a_disk() {
    run(async |t: &mut Tester| {
        let prepared = service("do-deploy demo-app migrate && do-deploy demo-app serve");
        create(t, json!({ "name": "one", "region": "fra", "services": [prepared] })).await;
        create(t, json!({ "name": "two", "region": "fra", "services": [prepared] })).await;
        t.write_note("one", "mine").await;
        assert_eq!(t.visit("two", "GET", "/notes").await.json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_restart_loses_the_disk() {
    run(async |t: &mut Tester| {
        let prepared = service("do-deploy demo-app migrate && do-deploy demo-app serve");
        let app = create(t, one_service(prepared)).await;
        t.write_note("shop", "soon forgotten").await;
        let path = format!("/v2/apps/{}/restart", app["id"].as_str().unwrap());
        t.digitalocean("POST", &path, Some(&json!({}))).await.expect(200);
        t.settled().await;
        assert_eq!(t.visit("shop", "GET", "/notes").await.json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_jobs_disk_is_not_the_services() {
    run(async |t: &mut Tester| {
        let mut spec = with_jobs(&[("migrate", "PRE_DEPLOY", "do-deploy demo-app migrate")]);
        spec["jobs"][0]["envs"] = spec["services"][0]["envs"].clone();
        create(t, spec).await;
        assert_eq!(t.visit("shop", "GET", "/notes").await.status, 500, "there is no table");
    })
    .await;
}
