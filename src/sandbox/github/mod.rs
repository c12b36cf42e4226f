//! GitHub's REST API over the mounted repositories: Git is real and only read, the rest is kept in memory.

mod branches;
mod call;
mod changes;
mod collaborators;
mod comments;
mod commit_pulls;
mod commits;
mod compare;
mod contents;
mod deployment_statuses;
mod deployments;
mod environments;
mod events;
mod following;
mod hub;
mod issues;
mod labels;
mod limits;
mod merging;
mod page;
mod paging;
mod pull_json;
mod pull_routes;
mod pulls;
mod reactions;
mod refusal;
mod repositories;
mod runs;
mod urls;
mod users;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, put};

use self::hub::Hub;
use self::limits::{Limits, gate};
use self::refusal::Refusal;
use super::account::Account;
use super::clock::Clock;
use super::repository::Repository;

/// A repository and its pull requests, oldest first.
#[derive(Debug)]
pub(crate) struct Overview {
    pub(crate) name: String,
    pub(crate) pulls: Vec<PullLine>,
}

#[derive(Debug)]
pub(crate) struct PullLine {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) head: String,
    pub(crate) state: &'static str,
}

impl PullLine {
    fn of(pull: &pulls::Pull) -> Self {
        Self {
            number: pull.number,
            title: pull.title.clone(),
            head: pull.head_label(),
            state: pull.shown_state(),
        }
    }
}

/// The stand-in for api.github.com.
#[derive(Debug)]
pub(crate) struct GitHub {
    clock: Clock,
    account: Account,
    base_url: String,
    limits: Limits,
    /// In the order of the command line; never empty in practice, but nothing relies on it.
    hubs: Vec<Arc<Hub>>,
}

impl GitHub {
    /// `base_url` is what URLs in replies begin with where a request has no `Host` header.
    pub(crate) fn new(
        clock: Clock,
        account: Account,
        repositories: Vec<Arc<Repository>>,
        base_url: String,
    ) -> Arc<Self> {
        // Real ids are large; a small one could be taken for a number of something.
        let ids = Arc::new(AtomicU64::new(1_000_001));
        let hub = |repository| Arc::new(Hub::new(repository, clock.clone(), account.clone(), Arc::clone(&ids)));
        Arc::new(Self {
            hubs: repositories.into_iter().map(hub).collect(),
            clock: clock.clone(),
            account: account.clone(),
            base_url,
            limits: Limits::default(),
        })
    }

    fn hub(&self, owner: &str, name: &str) -> Option<Arc<Hub>> {
        let is = |hub: &&Arc<Hub>| {
            hub.repository.owner.eq_ignore_ascii_case(owner) && hub.repository.name.eq_ignore_ascii_case(name)
        };
        self.hubs.iter().find(is).cloned()
    }

    /// What there is, for a page that links to it.
    pub(crate) async fn overview(&self) -> Vec<Overview> {
        let mut all = Vec::new();
        for hub in &self.hubs {
            let pulls = following::all_current(hub).await;
            all.push(Overview {
                name: hub.repository.full_name(),
                pulls: pulls.iter().map(PullLine::of).collect(),
            });
        }
        all
    }

    /// By its number, as GitHub's redirects name it.
    fn numbered(&self, id: &str) -> Option<Arc<Hub>> {
        let id: u64 = id.parse().ok()?;
        self.hubs.iter().find(|hub| hub.repository.id == id).cloned()
    }

    /// What a name that is no longer a repository's leads to.
    fn renamed(&self, owner: &str, name: &str) -> Option<Arc<Hub>> {
        let rules = self.account.rules();
        let (owner, name) = rules.renamed_to(&format!("{owner}/{name}"))?.split_once('/')?;
        self.hub(owner, name)
    }

    fn first(&self) -> Option<&Arc<Hub>> {
        self.hubs.first()
    }

    /// Everything that callers have had written down: the audit looks for secrets in it.
    pub(crate) fn stored_texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for hub in &self.hubs {
            let records = hub.records();
            for pull in records.pulls.values() {
                texts.push(pull.title.clone());
                texts.extend(pull.body.clone());
                texts.extend(pull.labels.iter().cloned());
            }
            texts.extend(records.comments.values().map(|comment| comment.body.clone()));
            texts.extend(records.environments.keys().cloned());
            for deployment in records.deployments.values() {
                texts.push(deployment.payload.to_string());
                texts.push(deployment.task.clone());
                texts.extend(deployment.description.clone());
                for status in &deployment.statuses {
                    let urls = [&status.environment_url, &status.log_url];
                    texts.extend(urls.into_iter().chain([&status.description]).cloned());
                }
            }
        }
        texts.retain(|text| !text.is_empty());
        texts
    }
}

/// 401 as GitHub says it.
pub(crate) fn unauthorized() -> Response {
    Refusal::bad_credentials().into_response()
}

/// The API as api.github.com has it, and a page for each pull request.
pub(crate) fn router(github: Arc<GitHub>) -> Router {
    let api = Router::new()
        .route("/", get(repositories::get).patch(repositories::update))
        .route("/actions/runs", get(runs::list))
        .route("/branches", get(branches::list))
        .route("/branches/{*branch}", get(branches::get))
        .route("/git/ref/{*ref}", get(branches::git_ref))
        .route(
            "/collaborators/{username}/permission",
            get(collaborators::get_permission),
        )
        .route("/commits", get(commits::list))
        .route("/commits/{*ref}", get(commits::get))
        .route("/compare/{*basehead}", get(compare::get))
        .route("/contents", get(contents::get))
        .route("/contents/", get(contents::get))
        .route("/contents/{*path}", get(contents::get))
        .route("/pulls", get(pull_routes::list).post(pull_routes::create))
        .route("/pulls/{number}", get(pull_routes::get).patch(pull_routes::update))
        .route("/pulls/{number}/commits", get(pull_routes::list_commits))
        .route("/pulls/{number}/files", get(pull_routes::list_files))
        .route("/issues/{number}", get(issues::get).patch(issues::update))
        .route("/issues/{number}/lock", put(issues::lock).delete(issues::unlock))
        .route(
            "/issues/{number}/labels",
            get(labels::list)
                .post(labels::add)
                .put(labels::set)
                .delete(labels::clear),
        )
        .route("/issues/{number}/labels/{name}", delete(labels::remove))
        .route("/issues/{number}/comments", get(comments::list).post(comments::create))
        .route("/issues/comments", get(comments::list_all))
        .route(
            "/issues/comments/{comment_id}",
            get(comments::get).patch(comments::update).delete(comments::delete),
        )
        .route(
            "/issues/comments/{comment_id}/reactions",
            get(reactions::list).post(reactions::create),
        )
        .route(
            "/issues/comments/{comment_id}/reactions/{reaction_id}",
            delete(reactions::delete),
        )
        .route("/deployments", get(deployments::list).post(deployments::create))
        .route(
            "/deployments/{deployment_id}",
            get(deployments::get).delete(deployments::delete),
        )
        .route(
            "/deployments/{deployment_id}/statuses",
            get(deployment_statuses::list).post(deployment_statuses::create),
        )
        .route(
            "/deployments/{deployment_id}/statuses/{status_id}",
            get(deployment_statuses::get),
        )
        .route("/environments", get(environments::list))
        .route(
            "/environments/{environment_name}",
            get(environments::get).delete(environments::delete),
        );
    let gate = from_fn_with_state(Arc::clone(&github), gate);
    Router::new()
        .nest("/repos/{owner}/{repo}", api.clone())
        .nest("/repositories/{repository_id}", api)
        .route("/user", get(forbidden).patch(forbidden))
        // Answered by the gate, which knows where the caller stands.
        .route("/rate_limit", get(forbidden))
        .route_layer(gate)
        .route("/{owner}/{repo}/pull/{number}", get(page::pull))
        .route("/{owner}/{repo}/commit/{sha}", get(page::commit))
        .route("/{owner}/{repo}/actions/runs/{id}", get(page::run))
        .route("/{owner}/{repo}/actions/runs/{id}/attempts/{attempt}", get(page::run))
        .with_state(github)
}

/// An installation's token is nobody's.
async fn forbidden() -> Refusal {
    Refusal::not_accessible()
}

/// `GET /_sandbox/event`
pub(crate) fn sandbox_router(github: Arc<GitHub>) -> Router {
    Router::new()
        .route("/_sandbox/event", get(events::get))
        .with_state(github)
}

#[cfg(test)]
mod tests;
