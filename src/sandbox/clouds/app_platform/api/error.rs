//! DigitalOcean's error body: `{"id", "message", "request_id"}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::clouds::app_platform::refusal::Refusal;
use crate::ids;

#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) id: &'static str,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, id: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            id,
            message: message.into(),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unable to authenticate you")
    }

    pub(crate) fn forbidden() -> Self {
        let message = "You are not authorized to perform this operation";
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(crate) fn not_found() -> Self {
        Refusal::NotFound.into()
    }

    pub(crate) fn too_many_requests() -> Self {
        let message = "API Rate limit exceeded.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message)
    }

    /// The body that goes with any status: what an injected fault answers with.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let id = match status.as_u16() {
            400 => "bad_request",
            401 => return Self::unauthorized(),
            403 => return Self::forbidden(),
            404 => return Self::not_found(),
            409 => "conflict",
            422 => "unprocessable_entity",
            429 => return Self::too_many_requests(),
            503 => "service_unavailable",
            _ => "server_error",
        };
        Self::new(status, id, "Unexpected server-side error")
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        let (status, id) = match refusal {
            Refusal::Invalid(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            Refusal::Unprocessable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unprocessable_entity"),
            Refusal::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Refusal::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Refusal::Exhausted(_) => (StatusCode::UNPROCESSABLE_ENTITY, "resource_exhausted"),
        };
        Self::new(status, id, message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = ids::uuid();
        let body = json!({"id": self.id, "message": self.message, "request_id": request_id});
        let mut response = (self.status, Json(body)).into_response();
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("x-request-id", value);
        }
        response
    }
}
