//! `workflow_run`, `workflow_dispatch` and `repository_dispatch`: another workflow has ended, or someone starts one.

use serde_json::{Value, json};

use super::Asked;
use crate::github::api::repositories;
use crate::github::api::runs::{Facts, WORKFLOW, pull_minimal, workflow_run, workflow_url};
use crate::github::records::commit::read;
use crate::github::records::following::current;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// Path of the workflow whose run is reported.
const PATH: &str = ".github/workflows/ci.yml";
/// Of the one that a pull request's event started: where previews are isolated, their own comes after it.
const START: (&str, &str) = ("Preview start", ".github/workflows/do-deploy-preview-start.yml");

pub(super) const KEYS_OF_RUN: &[&str] = &[
    "branch",
    "sha",
    "conclusion",
    "event",
    "workflow",
    "path",
    "run_id",
    "action",
    "number",
];
pub(super) const KEYS_OF_DISPATCH: &[&str] = &["ref", "inputs", "workflow"];
pub(super) const KEYS_OF_REPOSITORY_DISPATCH: &[&str] = &["event_type", "client_payload"];

/// GitHub takes no more, of inputs and of the top level of a payload.
/// <https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event>
const MOST_INPUTS: usize = 25;
const MOST_PROPERTIES: usize = 10;

/// `branch` (default: the default branch), `sha` (default: its head), `conclusion` (`success`), `event`
/// (`push`), `workflow` (`CI`), `path` (`.github/workflows/ci.yml`), `run_id`, `action` (`completed`). With `number` it
/// is the run that an event of that pull request started: on its head, of the workflow that starts previews.
pub(super) async fn run(asked: &Asked) -> Result<Value, Refusal> {
    let (hosted, urls) = (&asked.hosted, &asked.urls);
    let pull = match asked.key("number") {
        Some(_) => Some(
            current(hosted, asked.number("number")?)
                .await
                .ok_or_else(Refusal::not_found)?,
        ),
        None => None,
    };
    let (branch, head) = match &pull {
        // Its branch may be gone by now.
        Some(pull) => (pull.head.clone(), pull.head_sha.clone()),
        None => asked.branch("branch").await?,
    };
    let sha = match asked.key("sha") {
        Some(sha) => hosted.repository.resolve(sha).await.ok_or_else(Refusal::not_found)?,
        None => head,
    };
    let commit = read(&hosted.repository, &sha).await?.ok_or_else(Refusal::not_found)?;
    let id = asked.number("run_id").unwrap_or(3_000_001);
    let (usual_name, usual_path, usual_event) = match &pull {
        Some(_) => (START.0, START.1, "pull_request"),
        None => ("CI", PATH, "push"),
    };
    let name = asked.key("workflow").unwrap_or(usual_name);
    let path = asked.key("path").unwrap_or(usual_path);
    let action = asked.key("action").unwrap_or("completed");
    let conclusion = (action == "completed").then(|| asked.key("conclusion").unwrap_or("success"));
    let now = stamp(hosted.clock.now());
    let actor = commit.author.user().json(&urls.base);
    let repository = repositories::json(hosted, urls).await;
    let workflow = json!({
        "id": WORKFLOW,
        "node_id": format!("W_{WORKFLOW}"),
        "name": name,
        "path": path,
        "state": "active",
        "created_at": now,
        "updated_at": now,
        "url": workflow_url(urls),
        "html_url": urls.html(&format!("/blob/{branch}/{path}")),
        "badge_url": urls.html("/workflows/CI/badge.svg"),
    });
    let facts = Facts {
        id,
        suite: id + 1,
        name,
        path,
        branch: &branch,
        event: asked.key("event").unwrap_or(usual_event),
        status: if action == "completed" { action } else { "in_progress" },
        conclusion,
        at: hosted.clock.now(),
    };
    let mut run = workflow_run(urls, &facts, &commit, &actor, &repository);
    match &pull {
        // GitHub leaves a fork's pull request out, and one that is closed.
        Some(pull) if pull.is_fork_of(&hosted.repository.owner) => {
            run["head_repository"] = repositories::fork_json(hosted, urls, &pull.head_owner).await;
        }
        Some(pull) if pull.is_open() => {
            run["pull_requests"] = json!([pull_minimal(urls, pull, &sha, &repository)]);
        }
        _ => {}
    }
    Ok(json!({"action": action, "workflow_run": run, "workflow": workflow, "sender": actor}))
}

/// `ref` (default: the default branch), `inputs` (a JSON object), `workflow` (a path).
pub(super) async fn dispatch(asked: &Asked) -> Result<Value, Refusal> {
    let (branch, _) = asked.branch("ref").await?;
    let inputs = object(asked, "inputs", MOST_INPUTS)?.unwrap_or(Value::Null);
    Ok(json!({
        "inputs": inputs,
        "ref": format!("refs/heads/{branch}"),
        "workflow": asked.key("workflow").unwrap_or(".github/workflows/deploy.yml"),
    }))
}

/// `event_type` (`do-deploy`), `client_payload` (a JSON object with at most ten properties).
pub(super) async fn repository_dispatch(asked: &Asked) -> Result<Value, Refusal> {
    let client_payload = object(asked, "client_payload", MOST_PROPERTIES)?.unwrap_or_else(|| json!({}));
    Ok(json!({
        "action": asked.key("event_type").unwrap_or("do-deploy"),
        "branch": asked.hosted.repository.default_branch().await,
        "client_payload": client_payload,
    }))
}

/// A JSON object in the query, as GitHub checks it.
fn object(asked: &Asked, key: &str, most: usize) -> Result<Option<Value>, Refusal> {
    let Some(text) = asked.key(key) else {
        return Ok(None);
    };
    let value: Value = serde_json::from_str(text).map_err(|_| Refusal::bad_json())?;
    let refuse = |why: String| Err(Refusal::unprocessable(format!("Invalid request.\n\n{why}")));
    match value.as_object().map(serde_json::Map::len) {
        None => refuse(format!("For 'properties/{key}', {value} is not an object.")),
        Some(given) if given > most => refuse(format!(
            "No more than {most} properties are allowed; {given} were supplied."
        )),
        Some(_) => Ok(Some(value)),
    }
}
