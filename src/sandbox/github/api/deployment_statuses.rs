//! Statuses of deployments, and how a success makes earlier deployments inactive.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Reply, created, ok};
use super::deployments::check_description;
use super::paging::paged;
use super::urls::Urls;
use crate::github::records::deployment::Deployment;
use crate::github::records::deployment::Status;
use crate::github::records::environment::Environment;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// <https://docs.github.com/rest/deployments/statuses#create-a-deployment-status>
const STATES: [&str; 7] = [
    "error",
    "failure",
    "inactive",
    "in_progress",
    "queued",
    "pending",
    "success",
];

impl Status {
    /// `deployment-status`
    pub(crate) fn json(&self, urls: &Urls, deployment: u64) -> Value {
        let deployment = urls.api(&format!("/deployments/{deployment}"));
        json!({
            "url": format!("{deployment}/statuses/{}", self.id),
            "id": self.id,
            "node_id": node_id("DES", self.id),
            "state": self.state,
            "creator": self.creator.json(&urls.base),
            "description": self.description,
            "environment": self.environment,
            "target_url": self.log_url,
            "log_url": self.log_url,
            "environment_url": self.environment_url,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.created_at),
            "deployment_url": deployment,
            "repository_url": urls.api(""),
            "performed_via_github_app": self.creator.app_json(&urls.base),
        })
    }
}

#[derive(Deserialize)]
struct NewStatus {
    #[serde(default)]
    state: String,
    target_url: Option<String>,
    log_url: Option<String>,
    description: Option<String>,
    environment: Option<String>,
    environment_url: Option<String>,
    auto_inactive: Option<bool>,
}

/// `POST /deployments/{deployment_id}/statuses`
pub(crate) async fn create(call: Call) -> Reply {
    let new: NewStatus = call.json()?;
    let id = call.id("deployment_id")?;
    if !STATES.contains(&new.state.as_str()) {
        let code = if new.state.is_empty() {
            "missing_field"
        } else {
            "invalid"
        };
        return Err(Refusal::field("DeploymentStatus", "state", code));
    }
    check_description("DeploymentStatus", new.description.as_deref())?;
    check_url("environment_url", new.environment_url.as_deref())?;
    check_url("log_url", new.log_url.as_deref().or(new.target_url.as_deref()))?;
    let hosted = &call.hosted;
    let now = hosted.clock.now();
    let mut records = hosted.records();
    let deployment = records.deployments.get_mut(&id).ok_or_else(Refusal::not_found)?;
    let environment = new.environment.unwrap_or_else(|| deployment.environment.clone());
    let status = Status {
        id: hosted.next_id(),
        state: new.state,
        creator: call.actor.clone(),
        description: new.description.unwrap_or_default(),
        environment: environment.clone(),
        environment_url: new.environment_url.unwrap_or_default(),
        log_url: new.log_url.or(new.target_url).unwrap_or_default(),
        created_at: now,
    };
    deployment.environment.clone_from(&environment);
    deployment.updated_at = now;
    deployment.statuses.push(status.clone());
    Environment::ensure(&mut records.environments, &environment, hosted.next_id(), now);
    if status.state == "success" && new.auto_inactive.unwrap_or(true) {
        retire_earlier(&mut records.deployments, id, &environment, |state| Status {
            id: hosted.next_id(),
            state: state.to_owned(),
            description: String::new(),
            ..status.clone()
        });
    }
    created(&status.json(&call.urls, id))
}

fn check_url(field: &str, url: Option<&str>) -> Result<(), Refusal> {
    let is_web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    match url {
        Some(url) if !url.is_empty() && !is_web(url) => {
            let message = format!("{field} must use http(s) scheme");
            Err(Refusal::field_says("DeploymentStatus", field, &message))
        }
        _ => Ok(()),
    }
}

/// Earlier deployments of the same environment that are a success, neither transient nor production.
fn retire_earlier(
    deployments: &mut BTreeMap<u64, Deployment>,
    id: u64,
    environment: &str,
    status: impl Fn(&str) -> Status,
) {
    let earlier = deployments.range_mut(..id).map(|(_, deployment)| deployment);
    for deployment in earlier.filter(|deployment| {
        deployment.environment == environment
            && !deployment.transient
            && !deployment.production
            && deployment.state() == Some("success")
    }) {
        let retired = status("inactive");
        let urls = deployment
            .statuses
            .last()
            .map(|last| (last.environment_url.clone(), last.log_url.clone()));
        let (environment_url, log_url) = urls.unwrap_or_default();
        deployment.updated_at = retired.created_at;
        deployment.statuses.push(Status {
            environment_url,
            log_url,
            ..retired
        });
    }
}

/// `GET /deployments/{deployment_id}/statuses`: newest first.
pub(crate) async fn list(call: Call) -> Reply {
    let id = call.id("deployment_id")?;
    let shown: Vec<Value> = {
        let records = call.hosted.records();
        let deployment = records.deployments.get(&id).ok_or_else(Refusal::not_found)?;
        deployment
            .statuses
            .iter()
            .rev()
            .map(|status| status.json(&call.urls, id))
            .collect()
    };
    paged(&call, shown)
}

/// `GET /deployments/{deployment_id}/statuses/{status_id}`
pub(crate) async fn get(call: Call) -> Reply {
    let (id, status) = (call.id("deployment_id")?, call.id("status_id")?);
    let records = call.hosted.records();
    let deployment = records.deployments.get(&id).ok_or_else(Refusal::not_found)?;
    let found = deployment.statuses.iter().find(|known| known.id == status);
    ok(&found.ok_or_else(Refusal::not_found)?.json(&call.urls, id))
}
