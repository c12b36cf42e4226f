//! Request bodies: JSON, or YAML where the request says so; an empty one is an empty object.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::error::ApiError;

/// The largest body that is read, in bytes.
pub(crate) const LARGEST: usize = 16 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Body(pub(crate) Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let yaml = kind.is_some_and(|kind| kind.contains("yaml"));
        let bytes = axum::body::to_bytes(request.into_body(), LARGEST)
            .await
            .map_err(|_| ApiError::bad_request("request body cannot be read"))?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(json!({})));
        }
        let invalid =
            |error: &dyn std::fmt::Display| ApiError::bad_request(format!("error parsing request body: {error}"));
        let value = if yaml {
            // A branch called `on` is a branch, not a boolean.
            let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
            let text = std::str::from_utf8(&bytes).map_err(|error| invalid(&error))?;
            serde_saphyr::from_str_with_options(text, options).map_err(|error| invalid(&error))?
        } else {
            serde_json::from_slice(&bytes).map_err(|error| invalid(&error))?
        };
        Ok(Self(value))
    }
}

impl Body {
    /// The app spec of a create, update or propose request.
    pub(crate) fn take_spec(&mut self) -> Result<Value, ApiError> {
        match self.0.get_mut("spec").map(Value::take) {
            Some(spec) if spec.is_object() => Ok(spec),
            _ => Err(ApiError::bad_request("spec is required")),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or_default()
    }
}
