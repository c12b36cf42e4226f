//! What a token without `vpc:read` does not see: every app spec comes without its `vpc`.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;

use crate::account::Token;

/// The replies of this sandbox are far smaller, in bytes.
const LARGEST: usize = 32 * 1024 * 1024;

/// Seen in use on 2026-09-30; the API's document does not say it.
pub(crate) async fn hide(request: Request, next: Next) -> Response {
    let may = request
        .extensions()
        .get::<Token>()
        .is_none_or(|token| token.may("vpc:read"));
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if may || !kind.is_some_and(|kind| kind.starts_with("application/json")) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let bytes = to_bytes(body, LARGEST).await.unwrap_or_default();
    let Ok(mut reply) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    without_vpc(&mut reply);
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(reply.to_string()))
}

fn without_vpc(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(spec) = fields.get_mut("spec").and_then(Value::as_object_mut) {
                spec.shift_remove("vpc");
            }
            fields.values_mut().for_each(without_vpc);
        }
        Value::Array(items) => items.iter_mut().for_each(without_vpc),
        _ => {}
    }
}
