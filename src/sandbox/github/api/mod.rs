//! GitHub's REST API: a file for each kind of thing that it answers about.

pub(crate) mod branches;
pub(crate) mod call;
pub(crate) mod changes;
pub(crate) mod collaborators;
pub(crate) mod comments;
pub(crate) mod commit_pulls;
pub(crate) mod commit_routes;
pub(crate) mod commits;
pub(crate) mod compare;
pub(crate) mod contents;
pub(crate) mod deployment_statuses;
pub(crate) mod deployments;
pub(crate) mod environments;
pub(crate) mod gate;
pub(crate) mod issues;
pub(crate) mod labels;
pub(crate) mod paging;
pub(crate) mod pull_json;
pub(crate) mod pulls;
pub(crate) mod reactions;
pub(crate) mod repositories;
pub(crate) mod runs;
pub(crate) mod urls;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, put};

use self::gate::gate;
use super::refusal::Refusal;
use super::state::GitHub;

/// What api.github.com has, behind the gate that counts requests.
pub(crate) fn router(github: &Arc<GitHub>) -> Router<Arc<GitHub>> {
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
        .route("/commits/{*ref}", get(commit_routes::get))
        .route("/compare/{*basehead}", get(compare::get))
        .route("/contents", get(contents::get))
        .route("/contents/", get(contents::get))
        .route("/contents/{*path}", get(contents::get))
        .route("/pulls", get(pulls::list).post(pulls::create))
        .route("/pulls/{number}", get(pulls::get).patch(pulls::update))
        .route("/pulls/{number}/commits", get(pulls::list_commits))
        .route("/pulls/{number}/files", get(pulls::list_files))
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
    Router::new()
        .nest("/repos/{owner}/{repo}", api.clone())
        .nest("/repositories/{repository_id}", api)
        .route("/user", get(forbidden).patch(forbidden))
        // Answered by the gate, which knows where the caller stands.
        .route("/rate_limit", get(forbidden))
        .route_layer(from_fn_with_state(Arc::clone(github), gate))
}

/// An installation's token belongs to no user.
async fn forbidden() -> Refusal {
    Refusal::not_accessible()
}
