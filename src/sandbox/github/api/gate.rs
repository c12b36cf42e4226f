//! What stands in front of every endpoint: the primary rate limit, and tokens that may only read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::call::{actor, token};
use crate::github::body::json_reply;
use crate::github::records::limits::Standing;
use crate::github::records::user::User;
use crate::github::refusal::Refusal;
use crate::github::state::GitHub;

/// Of `GITHUB_TOKEN`, for each repository.
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
const TOKEN_LIMIT: u64 = 1_000;
/// Of a person.
const PERSON_LIMIT: u64 = 5_000;
impl Standing {
    fn json(self) -> Value {
        json!({
            "limit": self.limit,
            "used": self.used,
            "remaining": self.limit - self.used,
            "reset": self.reset,
            "resource": "core",
        })
    }

    fn write(self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-used", HeaderValue::from(self.used));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.limit - self.used));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.reset));
        headers.insert("x-ratelimit-resource", HeaderValue::from_static("core"));
    }
}

/// Whose window a request falls into: the repository's for `GITHUB_TOKEN`, a person's own for `user:LOGIN`.
fn owner_of_window(path: &str, actor: &User) -> (String, u64) {
    if !actor.is_actions_bot() {
        return (format!("user:{}", actor.login), PERSON_LIMIT);
    }
    let mut segments = path.trim_start_matches('/').split('/');
    let repository = match segments.next() {
        Some("repos") => segments.take(2).collect::<Vec<_>>().join("/"),
        _ => String::new(),
    };
    (repository.to_ascii_lowercase(), TOKEN_LIMIT)
}

/// What stands in front of every endpoint: limit, read-only tokens, and the headers that every reply has.
pub(crate) async fn gate(State(github): State<Arc<GitHub>>, request: Request, next: Next) -> Response {
    let actor = actor(request.headers());
    let (mut key, limit) = owner_of_window(request.uri().path(), &actor);
    if key.is_empty() {
        key = github
            .first()
            .map(|hosted| hosted.repository.full_name().to_ascii_lowercase())
            .unwrap_or_default();
    }
    let asks_for_standing = request.uri().path() == "/rate_limit";
    let rules = github.account.rules();
    let is_kept = rules.github_limit != Some(false);
    let cost = u64::from(is_kept && !asks_for_standing);
    let standing = github.limits.count(&key, limit, cost, github.clock.now());
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let read_only = rules.github_read_only.iter().any(|t| t == token(request.headers()));
    let mut response = if standing.exceeded {
        exceeded(&actor)
    } else if asks_for_standing {
        json_reply(axum::http::StatusCode::OK, &overview(standing))
    } else if writes && read_only {
        Refusal::not_accessible().into_response()
    } else {
        next.run(request).await
    };
    // A GitHub without this limit has no headers about it either.
    if is_kept {
        standing.write(response.headers_mut());
    }
    response.headers_mut().insert(
        "x-github-media-type",
        HeaderValue::from_static("github.v3; format=json"),
    );
    if let Ok(id) = HeaderValue::from_str(&uuid::Uuid::new_v4().simple().to_string().to_uppercase()) {
        response.headers_mut().insert("x-github-request-id", id);
    }
    response
}

fn exceeded(actor: &User) -> Response {
    let whom = if actor.is_actions_bot() {
        "installation ID 1"
    } else {
        "user ID"
    };
    Refusal::forbidden(format!("API rate limit exceeded for {whom}.")).into_response()
}

fn overview(standing: Standing) -> Value {
    let core = standing.json();
    json!({"resources": {"core": core, "search": {"limit": 30, "used": 0, "remaining": 30, "reset": standing.reset}}, "rate": core})
}
