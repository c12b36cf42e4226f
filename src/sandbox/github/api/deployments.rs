//! Deployments: what is recorded about one, and GitHub's rules for making and deleting them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Reply, created, no_content, ok};
use super::paging::paged;
use super::urls::Urls;
use crate::github::body::json_reply;
use crate::github::records::deployment::Deployment;
use crate::github::records::environment::Environment;
use crate::github::records::following;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// Of descriptions, of deployments and statuses alike.
/// <https://docs.github.com/rest/deployments/statuses#create-a-deployment-status>
const LONGEST_DESCRIPTION_CHARACTERS: usize = 140;

impl Deployment {
    /// `deployment`
    pub(crate) fn json(&self, urls: &Urls) -> Value {
        let url = urls.api(&format!("/deployments/{}", self.id));
        json!({
            "url": url,
            "id": self.id,
            "node_id": node_id("DE", self.id),
            "sha": self.sha,
            "ref": self.reference,
            "task": self.task,
            "payload": self.payload,
            "original_environment": self.original_environment,
            "environment": self.environment,
            "description": self.description,
            "creator": self.creator.json(&urls.base),
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "statuses_url": format!("{url}/statuses"),
            "repository_url": urls.api(""),
            "transient_environment": self.transient,
            "production_environment": self.production,
            "performed_via_github_app": self.creator.app_json(&urls.base),
        })
    }
}

/// 422 for a description that is too long.
pub(crate) fn check_description(resource: &str, description: Option<&str>) -> Result<(), Refusal> {
    let too_long = description.is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION_CHARACTERS);
    if too_long {
        let message = format!("description is too long (maximum is {LONGEST_DESCRIPTION_CHARACTERS} characters)");
        return Err(Refusal::field_says(resource, "description", &message));
    }
    Ok(())
}

#[derive(Deserialize)]
struct NewDeployment {
    #[serde(rename = "ref", default)]
    reference: String,
    task: Option<String>,
    auto_merge: Option<bool>,
    required_contexts: Option<Vec<String>>,
    payload: Option<Value>,
    environment: Option<String>,
    description: Option<String>,
    transient_environment: Option<bool>,
    production_environment: Option<bool>,
}

/// `POST /deployments`
pub(crate) async fn create(call: Call) -> Reply {
    let new: NewDeployment = call.json()?;
    if new.reference.is_empty() {
        return Err(Refusal::field("Deployment", "ref", "missing_field"));
    }
    check_description("Deployment", new.description.as_deref())?;
    let hosted = &call.hosted;
    let sha = following::resolve(hosted, &new.reference)
        .await
        .ok_or_else(|| Refusal::unprocessable(format!("No ref found for: {}", new.reference)))?;
    if new.auto_merge.unwrap_or(true)
        && let Some(reply) = auto_merge(&call, &new.reference, &sha).await?
    {
        return Ok(reply);
    }
    check_contexts(&new)?;
    let now = hosted.clock.now();
    let environment = new.environment.unwrap_or_else(|| "production".to_owned());
    let deployment = Deployment {
        id: hosted.next_id(),
        sha,
        reference: new.reference,
        task: new.task.unwrap_or_else(|| "deploy".to_owned()),
        payload: new.payload.unwrap_or_else(|| json!({})),
        original_environment: environment.clone(),
        description: new.description,
        creator: call.actor.clone(),
        transient: new.transient_environment.unwrap_or(false),
        production: new.production_environment.unwrap_or(environment == "production"),
        environment,
        created_at: now,
        updated_at: now,
        statuses: Vec::new(),
    };
    let mut records = hosted.records();
    Environment::ensure(
        &mut records.environments,
        &deployment.environment,
        hosted.next_id(),
        now,
    );
    records.deployments.insert(deployment.id, deployment.clone());
    created(&deployment.json(&call.urls))
}

/// The default: a branch that is behind the default branch is merged first, and the deployment not made.
/// The merge itself is left out, since the mounted repository is only read.
async fn auto_merge(call: &Call, reference: &str, sha: &str) -> Result<Option<axum::response::Response>, Refusal> {
    let repository = &call.hosted.repository;
    let default = repository.default_branch().await;
    let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
    if branch == default || repository.head(branch).await.is_none() {
        return Ok(None);
    }
    let Some(base) = repository.head(&default).await else {
        return Ok(None);
    };
    if repository.count_between(sha, &base).await? == 0 {
        return Ok(None);
    }
    if repository.merges(&base, sha).await == Some(false) {
        return Err(Refusal::conflict(
            format!("Conflict merging {default} into {branch}."),
            Vec::new(),
        ));
    }
    let message = format!("Auto-merged {default} into {branch} on deployment.");
    Ok(Some(json_reply(
        axum::http::StatusCode::ACCEPTED,
        &json!({"message": message}),
    )))
}

/// Unless the caller sends `[]`, every check must have passed; inside a workflow its own one is still pending.
fn check_contexts(new: &NewDeployment) -> Result<(), Refusal> {
    let wanted = match &new.required_contexts {
        Some(contexts) if contexts.is_empty() => return Ok(()),
        Some(contexts) => contexts.clone(),
        None => vec!["deploy".to_owned()],
    };
    let contexts: Vec<Value> = wanted
        .iter()
        .map(|name| json!({"context": name, "state": "pending"}))
        .collect();
    Err(Refusal::conflict(
        format!("Conflict: Commit status checks failed for {}.", new.reference),
        vec![json!({
            "contexts": contexts,
            "resource": "Deployment",
            "field": "required_contexts",
            "code": "invalid",
        })],
    ))
}

/// `GET /deployments`: newest first; `sha`, `ref`, `task`, `environment`.
pub(crate) async fn list(call: Call) -> Reply {
    let is = |key: &str, value: &str| call.asked(key).is_none_or(|wanted| wanted == value || wanted == "none");
    let found: Vec<Value> = {
        let records = call.hosted.records();
        let matching = records.deployments.values().rev().filter(|deployment| {
            is("sha", &deployment.sha)
                && is("ref", &deployment.reference)
                && is("task", &deployment.task)
                && is("environment", &deployment.environment)
        });
        matching.map(|deployment| deployment.json(&call.urls)).collect()
    };
    paged(&call, found)
}

/// `GET /deployments/{deployment_id}`
pub(crate) async fn get(call: Call) -> Reply {
    let id = call.id("deployment_id")?;
    let records = call.hosted.records();
    let deployment = records.deployments.get(&id).ok_or_else(Refusal::not_found)?;
    ok(&deployment.json(&call.urls))
}

/// `DELETE /deployments/{deployment_id}`: an active one only where it is the only one.
pub(crate) async fn delete(call: Call) -> Reply {
    let id = call.id("deployment_id")?;
    let mut records = call.hosted.records();
    let deployment = records.deployments.get(&id).ok_or_else(Refusal::not_found)?;
    if records.deployments.len() > 1 && deployment.state() != Some("inactive") {
        return Err(Refusal::unprocessable(
            "We cannot delete an active deployment unless it is the only deployment in a given environment.",
        ));
    }
    records.deployments.remove(&id);
    no_content()
}
