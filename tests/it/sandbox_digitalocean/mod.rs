//! The sandbox as DigitalOcean's own clients see it.

mod account;
mod activity;
mod apps;
mod deployments;
mod logs;
mod rollback;
mod secrets;
mod sleeping;

use serde_json::{Value, json};

use crate::harness::{Tester, until};

pub(crate) fn notes_spec(name: &str) -> Value {
    json!({
        "name": name, "region": "fra",
        "services": [{
            "name": "web", "run_command": "do-deploy demo-app serve", "http_port": 8080,
            "instance_count": 1, "instance_size_slug": "apps-s-1vcpu-0.5gb",
            "github": { "repo": "org/shop", "branch": "main" },
            "envs": [{ "key": "DATABASE_URL", "scope": "RUN_TIME", "value": "sqlite:////tmp/notes.db" }],
        }],
    })
}

/// The app as the reply to its creation has it.
pub(crate) async fn create(t: &Tester, spec: Value) -> Value {
    t.digitalocean("POST", "/v2/apps", Some(&json!({ "spec": spec })))
        .await
        .expect(200)["app"]
        .clone()
}

/// An app that serves.
pub(crate) async fn create_active(t: &Tester, spec: Value) -> Value {
    let app = create(t, spec).await;
    let deployment = ended(t, &id(&app), &id(&app["pending_deployment"])).await;
    assert_eq!(deployment["phase"], "ACTIVE", "{deployment:#}");
    app
}

/// A POST below the app: `/deployments`, `/rollback`, …
pub(crate) async fn act(t: &Tester, app: &str, path: &str, body: &Value) -> Value {
    t.digitalocean("POST", &format!("/v2/apps/{app}{path}"), Some(body))
        .await
        .expect(200)
}

/// Waits until the deployment has ended and returns it.
pub(crate) async fn ended(t: &Tester, app: &str, deployment: &str) -> Value {
    let path = format!("/v2/apps/{app}/deployments/{deployment}");
    until("the deployment has ended", async || {
        let deployment = t.digitalocean("GET", &path, None).await.expect(200)["deployment"].clone();
        let over =
            ["ACTIVE", "ERROR", "CANCELED", "SUPERSEDED"].contains(&deployment["phase"].as_str().unwrap_or_default());
        over.then_some(deployment)
    })
    .await
}

/// The leaves of a progress tree.
pub(crate) fn leaves(steps: &Value) -> Vec<&Value> {
    let steps = steps.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found = Vec::new();
    for step in steps {
        let below = leaves(&step["steps"]);
        if below.is_empty() {
            found.push(step);
        }
        found.extend(below);
    }
    found
}

/// The stored log of a deployment; `None` where that phase never ran.
pub(crate) async fn stored_log(t: &Tester, app: &str, deployment: &str, component: &str, kind: &str) -> Option<String> {
    let path = format!("/v2/apps/{app}/deployments/{deployment}/components/{component}/logs?type={kind}");
    let logs = t.digitalocean("GET", &path, None).await;
    if logs.status == 400 {
        return None;
    }
    let url = logs.expect(200)["historic_urls"][0].as_str()?.to_owned();
    Some(t.get(&url).await.expect("a stored log needs no token").text)
}

pub(crate) fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}
