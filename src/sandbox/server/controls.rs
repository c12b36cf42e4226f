//! The sandbox's own calls under `/_sandbox/`: clock, faults, account, requests, audit, changes.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::audit::Evidence;
use crate::account::AccountRules;
use crate::clouds::app_platform::domain::apps;
use crate::server::state::Sandbox;

pub(crate) fn router(server: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/_sandbox/clock", post(advance_clock))
        .route("/_sandbox/faults", put(set_faults))
        .route("/_sandbox/account", put(set_account).get(get_account))
        .route("/_sandbox/requests", get(list_requests))
        .route("/_sandbox/audit", get(report))
        .route("/_sandbox/changes", get(follow_changes))
        .with_state(server)
}

type Shared = State<Arc<Sandbox>>;
type Own = Result<Json<Value>, (StatusCode, Json<Value>)>;

fn refused(why: impl std::fmt::Display) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({"message": why.to_string()})))
}

/// 401 for everything under `/_sandbox/`.
pub(crate) fn unauthorized() -> Response {
    let why = "The sandbox's own calls need its token: send `Authorization: Bearer` with the value of `SANDBOX_TOKEN`";
    let body = Json(json!({"message": why}));
    (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], body).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

async fn advance_clock(State(server): Shared, body: Bytes) -> Own {
    let advance: Advance = serde_json::from_slice(&body).map_err(refused)?;
    server.clock.advance(advance.advance_seconds);
    server.changes.bump();
    Ok(Json(json!({"now": server.clock.now()})))
}

async fn set_faults(State(server): Shared, body: Bytes) -> Own {
    server.faults.set(&body).map_err(refused)?;
    server.changes.bump();
    Ok(Json(json!({})))
}

async fn set_account(State(server): Shared, body: Bytes) -> Own {
    let rules: AccountRules = serde_json::from_slice(&body).map_err(refused)?;
    server.account.set(rules);
    server.changes.bump();
    get_account(State(server)).await
}

async fn get_account(State(server): Shared) -> Own {
    serde_json::to_value(server.account.rules()).map(Json).map_err(refused)
}

async fn list_requests(State(server): Shared) -> Own {
    serde_json::to_value(server.requests.all()).map(Json).map_err(refused)
}

/// How long a page is left waiting for the next change before it has to ask again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    after: Option<u64>,
}

/// The version of everything that a page shows. With `?after=` the version that it has seen, the reply waits for a newer
/// one.
async fn follow_changes(State(server): Shared, seen: Result<Query<Seen>, QueryRejection>) -> Own {
    let Query(seen) = seen.map_err(refused)?;
    let version = match seen.after {
        Some(seen) => server.changes.after(seen, LONGEST_WAIT).await,
        None => server.changes.version(),
    };
    Ok(Json(json!({"version": version})))
}

/// Waits for teardowns under way, so that a process that is just ending is no leftover.
async fn report(State(server): Shared) -> Json<Value> {
    server.app_platform.settle(apps::TEARDOWN).await;
    let no_apps = server.app_platform.with_apps(|apps| apps.is_empty());
    let evidence = Evidence {
        urls: server
            .requests
            .all()
            .into_iter()
            .map(|entry| format!("{} {}", entry.method, entry.path))
            .collect(),
        texts: server.github.stored_texts(),
        secrets: secrets(&server),
        leftovers: if no_apps {
            server.app_platform.runner.running()
        } else {
            Vec::new()
        },
        unused_faults: server.faults.unused(),
    };
    Json(json!({"problems": server.audit.report(&evidence)}))
}

/// What must be seen nowhere: secrets of app specs, and the sandbox's own token.
fn secrets(server: &Sandbox) -> Vec<String> {
    let own = server.account.handed_out().sandbox.clone();
    server.app_platform.secrets().into_iter().chain([own]).collect()
}
