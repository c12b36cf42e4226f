//! Reads from App Platform's error messages what it refused, because status and id do not say.

use serde_json::Value;

use super::super::document::app::name_of;
use super::super::document::sleep;
use super::super::words::WORDS;
use crate::net::error::{ApiError, Problem};
use crate::platforms::error::PlatformError;

/// Messages about a source that cannot be read, in lower case.
const SOURCE: [&str; 6] = [
    "github user",
    "gitlab user",
    "access to the repo",
    "does not have access to",
    "repository not found",
    "not authenticated",
];

/// Messages about a branch or repository that is not there need two words.
const MISSING: [&str; 4] = ["not found", "does not exist", "doesn't exist", "could not find"];

/// Messages about how much an account may have, in lower case.
const LIMIT: [&str; 5] = [
    "resourceexhausted",
    "resource_exhausted",
    "limit reached",
    "limit exceeded",
    "reached the maximum",
];

/// What an answer to a create, update or propose with `spec` means.
pub(super) fn refusal(error: ApiError, spec: &Value) -> PlatformError {
    let Problem::Status { status, message, .. } = &error.problem else {
        return error.into();
    };
    let (status, message) = (*status, message.clone());
    let words = message.to_ascii_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if matches!(status, 401 | 404 | 429 | 500..) {
        return error.into();
    }
    if says(&[sleep::FIELD, "inactivity sleep", "scale to zero", "scale-to-zero"]) {
        return PlatformError::SleepRefused { message };
    }
    if says(&["name already exists", "name is already"]) || status == 409 && says(&["name", "exists"]) {
        return PlatformError::NameTaken {
            name: name_of(spec).to_owned(),
            words: &WORDS,
        };
    }
    if says(&LIMIT) || (says(&["limit", "quota", "maximum"]) && says(&["exceed", "reached", "raise"])) {
        return PlatformError::LimitReached { message };
    }
    // Before the source: "token does not have access to …" of a missing scope is about the token.
    if status == 403 {
        return error.into();
    }
    if says(&SOURCE) || (says(&["branch", "repo"]) && says(&MISSING)) {
        return PlatformError::SourceRefused { message, words: &WORDS };
    }
    if matches!(status, 400 | 422) {
        return PlatformError::SpecRefused { message, words: &WORDS };
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use reqwest::Method;
    use serde_json::json;

    use super::refusal;
    use crate::net::error::{ApiError, Problem};

    fn read(status: u16, message: &str) -> String {
        let error = ApiError {
            service: super::super::service(),
            method: Method::POST,
            path: "/v2/apps".to_owned(),
            problem: Problem::Status {
                status,
                message: message.to_owned(),
                request_id: None,
            },
        };
        let debug = format!("{:?}", refusal(error, &json!({"name": "shop"})));
        debug.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn tells_refusals_apart_by_their_words() {
        for (status, message, meaning) in [
            (409, "App name already exists", "NameTaken"),
            (
                400,
                "services[0].inactivity_sleep: feature is not enabled for this account",
                "SleepRefused",
            ),
            (400, "Account does not have access to the repo", "SourceRefused"),
            (400, "GitHub user not authenticated", "SourceRefused"),
            (400, "GitHub user does not have access to acme/shop", "SourceRefused"),
            (400, "github branch does not exist", "SourceRefused"),
            (400, "branch \"gone\" not found in acme/shop", "SourceRefused"),
            (422, "you have reached the maximum number of apps", "LimitReached"),
            (403, "app limit exceeded, contact support to raise it", "LimitReached"),
            (400, "services[0].instance_size_slug: unknown size", "SpecRefused"),
            (422, "request payload validation failed", "SpecRefused"),
            (401, "Unable to authenticate you", "Api"),
            (403, "You are missing the required permission app:create", "Api"),
            (429, "API Rate limit exceeded.", "Api"),
            (500, "Server Error", "Api"),
        ] {
            assert_eq!(read(status, message), meaning, "{status} {message}");
        }
    }
}
