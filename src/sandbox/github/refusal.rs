//! GitHub's refusals, in GitHub's words and shape.

use axum::http::header::LOCATION;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::body::json_reply;

/// An error reply: `message`, `documentation_url`, `status`, and `errors[]` where fields are to blame.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
    errors: Vec<Value>,
    location: Option<String>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            errors: Vec::new(),
            location: None,
        }
    }

    /// The repository has another name now; 307 keeps the method of what is no reading.
    /// <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects>
    pub(crate) fn moved(method: &Method, url: String) -> Self {
        let (status, message) = match *method {
            Method::GET | Method::HEAD => (StatusCode::MOVED_PERMANENTLY, "Moved Permanently"),
            _ => (StatusCode::TEMPORARY_REDIRECT, "Temporary Redirect"),
        };
        Self {
            location: Some(url),
            ..Self::new(status, message)
        }
    }

    pub(crate) fn bad_credentials() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Bad credentials")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 404 with words of its own: `Branch not found`.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// What an installation's token hears when its permissions do not suffice. Trying again never helps.
    pub(crate) fn not_accessible() -> Self {
        Self::forbidden("Resource not accessible by integration")
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn bad_json() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Problems parsing JSON")
    }

    pub(crate) fn conflict(message: impl Into<String>, errors: Vec<Value>) -> Self {
        Self {
            errors,
            ..Self::new(StatusCode::CONFLICT, message)
        }
    }

    /// 422 with words of its own and no field to blame: `No ref found for: topic`.
    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// 422 for one field; `code`: `missing_field`, `invalid`.
    pub(crate) fn field(resource: &str, field: &str, code: &str) -> Self {
        Self::validation(json!({"resource": resource, "field": field, "code": code}))
    }

    /// 422 for one field, with a sentence.
    pub(crate) fn field_says(resource: &str, field: &str, message: &str) -> Self {
        Self::validation(json!({"resource": resource, "code": "custom", "field": field, "message": message}))
    }

    /// 422 for the whole resource, with a sentence.
    pub(crate) fn custom(resource: &str, message: &str) -> Self {
        Self::validation(json!({"resource": resource, "code": "custom", "message": message}))
    }

    pub(crate) fn validation(error: Value) -> Self {
        Self {
            errors: vec![error],
            ..Self::unprocessable("Validation Failed")
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({
            "message": self.message,
            "documentation_url": "https://docs.github.com/rest",
            "status": self.status.as_u16().to_string(),
        });
        if !self.errors.is_empty() {
            body["errors"] = Value::Array(self.errors);
        }
        if let Some(url) = &self.location {
            body["url"] = json!(url);
        }
        let mut response = json_reply(self.status, &body);
        if let Some(location) = self.location.and_then(|url| HeaderValue::from_str(&url).ok()) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

/// The mounted repository could not be read: our fault, not the caller's.
impl From<crate::repository::GitError> for Refusal {
    fn from(error: crate::repository::GitError) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}
