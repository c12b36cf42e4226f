//! What people without rights can do to others' runs: use up GitHub's limit, fill a conversation, forge our words.

mod comment_lookup;
mod forged_markers;
mod github_rate_limit;
mod newest_run;

use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::harness::Tester;

/// GitHub's answer once the hour's requests are used up; the hour ends at `reset`, in seconds since 1970.
fn used_up(reset: i64) -> Response {
    let headers = [
        ("content-type", "application/json"),
        ("x-ratelimit-limit", "1000"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", &reset.to_string()),
    ];
    let body = json!({ "message": "API rate limit exceeded for installation ID 1." }).to_string();
    (axum::http::StatusCode::FORBIDDEN, headers, body).into_response()
}

/// GitHub's answer where the job's `permissions` leave something out.
fn not_accessible() -> Response {
    let headers = [("content-type", "application/json"), ("x-ratelimit-remaining", "900")];
    let body = json!({ "message": "Resource not accessible by integration" }).to_string();
    (axum::http::StatusCode::FORBIDDEN, headers, body).into_response()
}

/// Our comment on the pull request, edited by someone who may.
async fn edited(t: &Tester, number: u64, change: impl Fn(&str) -> String) -> Value {
    let comment = t.comments(number).await.pop().expect("a comment of ours");
    let body = json!({ "body": change(comment["body"].as_str().expect("its text")) });
    let path = format!("/repos/org/shop/issues/comments/{}", comment["id"]);
    t.github("PATCH", &path, Some(&body)).await.expect(200)
}
