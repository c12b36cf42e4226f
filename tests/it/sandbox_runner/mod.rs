//! The sandbox runs deployments for real: checkouts, processes, disks, jobs, health checks, crashes.

mod builds;
mod disks;
mod environment;
mod health;
mod ingress;
mod internal;
mod jobs;
mod takeover;
mod workers;

use serde_json::{Value, json};

use crate::harness::Tester;

pub(crate) fn service(run_command: &str) -> Value {
    json!({
        "name": "web", "run_command": run_command, "http_port": 8080,
        "instance_count": 1, "instance_size_slug": "apps-s-1vcpu-0.5gb",
        "github": { "repo": "org/shop", "branch": "main" },
        "envs": [{ "key": "DATABASE_URL", "scope": "RUN_TIME", "value": "sqlite:////tmp/notes.db" }],
    })
}

/// A job or a worker: what has no port.
fn task(name: &str, run_command: &str) -> Value {
    json!({
        "name": name, "run_command": run_command, "instance_count": 1,
        "instance_size_slug": "apps-s-1vcpu-0.5gb", "github": { "repo": "org/shop", "branch": "main" },
    })
}

/// The notes service and jobs beside it.
fn with_jobs(jobs: &[(&str, &str, &str)]) -> Value {
    let jobs: Vec<Value> = jobs
        .iter()
        .map(|(name, kind, command)| {
            let mut job = task(name, command);
            job["kind"] = json!(kind);
            job["envs"] = json!([{ "key": "DOMAIN", "scope": "RUN_TIME", "value": "${APP_DOMAIN}" }]);
            job
        })
        .collect();
    json!({ "name": "shop", "region": "fra", "services": [service("do-deploy demo-app serve")], "jobs": jobs })
}

fn one_service(service: Value) -> Value {
    json!({ "name": "shop", "region": "fra", "services": [service] })
}

/// Bash that asks `$DOMAIN` (`HOST:PORT`) for `/` and prints the whole answer.
const ASK: &str = r"exec 3<>/dev/tcp/${DOMAIN/://}; printf 'GET / HTTP/1.0\r\n\r\n' >&3; cat <&3";

/// An app whose first deployment has ended, well or not.
pub(crate) async fn create(t: &Tester, spec: Value) -> Value {
    let app = t
        .digitalocean("POST", "/v2/apps", Some(&json!({ "spec": spec })))
        .await
        .expect(200)["app"]
        .clone();
    t.settled().await;
    app
}

/// Phase of the app's newest deployment.
async fn phase(t: &Tester, name: &str) -> String {
    t.rollouts(name).await[0]["phase"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// A stored log of the app's newest deployment; empty where there is none.
async fn log(t: &Tester, app: &Value, component: &str, kind: &str) -> String {
    let newest = t.rollouts(app["spec"]["name"].as_str().unwrap()).await.remove(0);
    let (app, deployment) = (app["id"].as_str().unwrap(), newest["id"].as_str().unwrap());
    crate::sandbox_digitalocean::stored_log(t, app, deployment, component, kind)
        .await
        .unwrap_or_default()
}

/// Deploys again from the branch and waits for the end.
async fn deploy_again(t: &Tester, app: &Value) {
    let path = format!("/v2/apps/{}/deployments", app["id"].as_str().unwrap());
    t.digitalocean("POST", &path, Some(&json!({}))).await.expect(200);
    t.settled().await;
}
