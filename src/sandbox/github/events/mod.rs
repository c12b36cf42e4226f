//! The payloads that GitHub would send for what happened in the mounted repository: for `GITHUB_EVENT_PATH`.

mod issue_comment;
mod merge_group;
mod pull_request;
mod push;
mod workflow;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::api::call::{Reply, base, ok};
use super::api::repositories;
use super::api::urls::Urls;
use super::records::hosted::HostedRepository;
use super::records::user::User;
use super::refusal::Refusal;
use crate::github::state::GitHub;

/// What was asked: `name` says which event, the other keys depend on it.
pub(super) struct Asked {
    hosted: Arc<HostedRepository>,
    urls: Urls,
    query: BTreeMap<String, String>,
}

/// `GET /_sandbox/event?name=pull_request&action=opened&number=1`. Every event also takes `sender=LOGIN` and,
/// where several repositories are mounted, `repository=OWNER/NAME`.
pub(crate) async fn get(
    State(github): State<Arc<GitHub>>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Reply {
    let hosted = match query.get("repository").and_then(|name| name.split_once('/')) {
        Some((owner, name)) => github.hosted(owner, name),
        None => github.first().cloned(),
    };
    let hosted = hosted.ok_or_else(|| Refusal::missing("No such repository is mounted"))?;
    let urls = Urls::new(base(&headers, &github.base_url), &hosted.repository);
    let asked = Asked { hosted, urls, query };
    let name = asked.key("name").unwrap_or_default();
    asked.refuse_unknown(name)?;
    let payload = match name {
        "pull_request" | "pull_request_target" => pull_request::payload(&asked).await?,
        "push" => push::payload(&asked).await?,
        "delete" => push::delete(&asked)?,
        "issue_comment" => issue_comment::payload(&asked).await?,
        "workflow_run" => workflow::run(&asked).await?,
        "workflow_dispatch" => workflow::dispatch(&asked).await?,
        "repository_dispatch" => workflow::repository_dispatch(&asked).await?,
        "merge_group" => merge_group::payload(&asked).await?,
        "schedule" => json!({"schedule": asked.key("schedule").unwrap_or("0 4 * * *")}),
        "" => return Err(Refusal::unprocessable("`name` is missing: `push`, `pull_request`, …")),
        _ => asked
            .key("action")
            .map_or(json!({}), |action| json!({"action": action})),
    };
    ok(&asked.complete(payload).await)
}

/// What every event takes.
const COMMON: [&str; 3] = ["name", "sender", "repository"];

/// What else the event of this name takes.
fn keys(name: &str) -> &'static [&'static str] {
    match name {
        "pull_request" | "pull_request_target" => pull_request::KEYS,
        "push" => push::KEYS,
        "delete" => push::KEYS_OF_DELETE,
        "issue_comment" => issue_comment::KEYS,
        "workflow_run" => workflow::KEYS_OF_RUN,
        "workflow_dispatch" => workflow::KEYS_OF_DISPATCH,
        "repository_dispatch" => workflow::KEYS_OF_REPOSITORY_DISPATCH,
        "merge_group" => merge_group::KEYS,
        "schedule" => &["schedule"],
        _ => &["action"],
    }
}

impl Asked {
    /// A key with a typing mistake would give another payload than the one that was meant.
    fn refuse_unknown(&self, name: &str) -> Result<(), Refusal> {
        let known: Vec<&str> = COMMON.iter().chain(keys(name)).copied().collect();
        match self.query.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(Refusal::unprocessable(format!(
                "`{name}` takes no `{key}`, only {}",
                known.join(", ")
            ))),
        }
    }

    fn key(&self, key: &str) -> Option<&str> {
        self.query
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn number(&self, key: &str) -> Result<u64, Refusal> {
        let number = self.key(key).and_then(|number| number.parse().ok());
        number.ok_or_else(|| Refusal::unprocessable(format!("`{key}` is missing or no number")))
    }

    /// The head of the default branch, or of the branch that `key` names, `refs/heads/` or not.
    async fn branch(&self, key: &str) -> Result<(String, String), Refusal> {
        let repository = &self.hosted.repository;
        let name = match self.key(key) {
            Some(name) => name.strip_prefix("refs/heads/").unwrap_or(name).to_owned(),
            None => repository.default_branch().await,
        };
        let head = repository
            .head(&name)
            .await
            .ok_or_else(|| Refusal::missing("Branch not found"))?;
        Ok((name, head))
    }

    /// Adds what every payload has; the event's own `sender` wins over the owner, the query's over both.
    async fn complete(&self, mut payload: Value) -> Value {
        let default = User::from_login(&self.hosted.repository.owner).json(&self.urls.base);
        let sender = match self.key("sender") {
            Some(login) => User::from_login(login).json(&self.urls.base),
            None => payload.get("sender").cloned().unwrap_or(default),
        };
        if payload.get("repository").is_none() {
            payload["repository"] = repositories::json(&self.hosted, &self.urls).await;
        }
        payload["sender"] = sender;
        payload["installation"] = json!({"id": 1, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMQ=="});
        payload
    }
}
