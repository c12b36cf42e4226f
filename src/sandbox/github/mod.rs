//! GitHub's API over mounted repositories.

use std::sync::Arc;

use super::account::Account;
use super::clock::Clock;
use super::repository::Repository;

#[derive(Debug)]
pub(crate) struct GitHub;

impl GitHub {
    pub(crate) fn new(_: Clock, _: Account, _: Vec<Arc<Repository>>, _: String) -> Arc<Self> {
        Arc::new(Self)
    }

    pub(crate) fn stored_texts(&self) -> Vec<String> {
        Vec::new()
    }
}

pub(crate) fn router(_: Arc<GitHub>) -> axum::Router {
    axum::Router::new()
}

pub(crate) fn sandbox_router(_: Arc<GitHub>) -> axum::Router {
    axum::Router::new()
}

pub(crate) fn unauthorized() -> axum::response::Response {
    axum::response::IntoResponse::into_response(axum::http::StatusCode::UNAUTHORIZED)
}
