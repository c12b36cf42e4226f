//! GitHub's REST API over the mounted repositories: Git is real and only read, the rest is kept in memory.

mod api;
mod body;
mod events;
mod pages;
mod records;
mod refusal;
mod stamp;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::refusal::Refusal;
pub(crate) use self::state::GitHub;

/// 401 as GitHub says it.
pub(crate) fn unauthorized() -> Response {
    Refusal::bad_credentials().into_response()
}

/// The API as api.github.com has it, and a page for each pull request.
pub(crate) fn router(github: Arc<GitHub>) -> Router {
    api::router(&github)
        .route("/{owner}/{repo}/pull/{number}", get(pages::pull))
        .route("/{owner}/{repo}/commit/{sha}", get(pages::commit))
        .route("/{owner}/{repo}/actions/runs/{id}", get(pages::run))
        .route("/{owner}/{repo}/actions/runs/{id}/attempts/{attempt}", get(pages::run))
        .with_state(github)
}

/// `GET /_sandbox/event`
pub(crate) fn sandbox_router(github: Arc<GitHub>) -> Router {
    Router::new()
        .route("/_sandbox/event", get(events::get))
        .with_state(github)
}

#[cfg(test)]
mod tests;
