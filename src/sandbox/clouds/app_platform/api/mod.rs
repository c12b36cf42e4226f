//! DigitalOcean's API under `/v2`: thin handlers that turn requests into the platform's verbs and back.

mod activity;
mod apps;
mod body;
mod catalogue;
mod deployments;
pub(crate) mod error;
mod live;
mod logs;
mod paging;
mod rollback;
pub(crate) mod scopes;
mod view;
mod vpc;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use super::domain::platform::AppPlatform;

/// What every handler needs.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    pub(crate) platform: Arc<AppPlatform>,
    /// `http://127.0.0.1:PORT`, for links.
    pub(crate) base_url: String,
}

/// The documented routes, without authentication and limits: those are the server's.
pub(crate) fn router(cloud: Cloud) -> Router {
    Router::new()
        .route("/v2/account", get(catalogue::account))
        .route("/v2/projects", get(catalogue::projects))
        .route("/v2/apps", get(apps::list).post(apps::create))
        .route("/v2/apps/propose", post(apps::propose))
        .route("/v2/apps/regions", get(catalogue::regions))
        .route("/v2/apps/tiers/instance_sizes", get(catalogue::sizes))
        .route("/v2/apps/tiers/instance_sizes/{slug}", get(catalogue::size))
        .route("/v2/apps/{app}", get(apps::get).put(apps::update).delete(apps::delete))
        .route(
            "/v2/apps/{app}/deployments",
            get(deployments::list).post(deployments::create),
        )
        .route("/v2/apps/{app}/deployments/{deployment}", get(deployments::get))
        .route(
            "/v2/apps/{app}/deployments/{deployment}/cancel",
            post(deployments::cancel),
        )
        .route("/v2/apps/{app}/restart", post(deployments::restart))
        .route("/v2/apps/{app}/logs", get(logs::of_active))
        .route(
            "/v2/apps/{app}/components/{component}/logs",
            get(logs::of_active_component),
        )
        .route("/v2/apps/{app}/deployments/{deployment}/logs", get(logs::of_deployment))
        .route(
            "/v2/apps/{app}/deployments/{deployment}/components/{component}/logs",
            get(logs::of_deployment_component),
        )
        .route("/v2/apps/{app}/health", get(activity::health))
        .route("/v2/apps/{app}/instances", get(activity::instances))
        .route("/v2/apps/{app}/events", get(activity::events))
        .route("/v2/apps/{app}/events/{event}", get(activity::event))
        .route("/v2/apps/{app}/rollback", post(rollback::roll_back))
        .route("/v2/apps/{app}/rollback/validate", post(rollback::validate))
        .route("/v2/apps/{app}/rollback/commit", post(rollback::commit))
        .route("/v2/apps/{app}/rollback/revert", post(rollback::revert))
        .layer(from_fn(vpc::hide))
        .with_state(cloud)
}

/// Stored logs and live streams: plain URLs that need no token of the API.
pub(crate) fn log_router(cloud: Cloud) -> Router {
    Router::new()
        .route("/_sandbox/logs/{app}/{deployment}/{kind}", get(logs::stored))
        .route("/_sandbox/live/{app}/{deployment}/{kind}", get(live::follow))
        .with_state(cloud)
}
