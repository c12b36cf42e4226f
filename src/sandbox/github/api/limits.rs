//! The primary rate limit: 1,000 requests an hour for each repository, on the sandbox's clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{actor, json_reply, token};
use crate::github::records::user::User;
use crate::github::refusal::Refusal;
use crate::github::state::GitHub;

/// Of `GITHUB_TOKEN`, for each repository.
const TOKEN_LIMIT: u64 = 1_000;
/// Of a person.
const PERSON_LIMIT: u64 = 5_000;
const HOUR_SECONDS: i64 = 3_600;

/// Requests counted since the window opened.
#[derive(Clone, Copy, Debug)]
struct Window {
    opened: Timestamp,
    used: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Limits(Mutex<BTreeMap<String, Window>>);

/// Where a caller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u64,
    used: u64,
    /// Epoch seconds.
    reset: i64,
    exceeded: bool,
}

impl Limits {
    /// Counts `cost` requests (0: only asks).
    fn count(&self, key: &str, limit: u64, cost: u64, now: Timestamp) -> Standing {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(key.to_owned()).or_insert(Window { opened: now, used: 0 });
        if now.as_second() >= window.opened.as_second() + HOUR_SECONDS {
            *window = Window { opened: now, used: 0 };
        }
        let exceeded = cost > 0 && window.used >= limit;
        if !exceeded {
            window.used += cost;
        }
        Standing {
            limit,
            used: window.used,
            reset: window.opened.as_second() + HOUR_SECONDS,
            exceeded,
        }
    }
}

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
            .map(|hub| hub.repository.full_name().to_ascii_lowercase())
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Limits;

    #[test]
    fn refuses_beyond_the_limit_until_the_hour_is_over() {
        let limits = Limits::default();
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert!(!limits.count("o/r", 2, 1, at(100)).exceeded);
        assert!(!limits.count("o/r", 2, 1, at(110)).exceeded);
        let third = limits.count("o/r", 2, 1, at(3_699));
        assert!(third.exceeded && third.used == 2 && third.reset == 3_700);
        assert!(!limits.count("o/r", 2, 0, at(3_699)).exceeded, "asking is free");
        assert!(
            !limits.count("o/other", 2, 1, at(3_699)).exceeded,
            "another repository has its own"
        );
        assert_eq!(limits.count("o/r", 2, 1, at(3_700)).used, 1);
    }
}
