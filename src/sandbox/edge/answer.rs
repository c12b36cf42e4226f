//! Answers of the edge's own.

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

pub(super) type Body = UnsyncBoxBody<Bytes, hyper::Error>;

/// Why the edge has no answer of the app's: a response flag of Envoy's, as the platform's answers carry it.
/// <https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage>
pub(super) mod flag {
    pub(crate) const DENIED: &str = "UAEX";
    pub(crate) const NO_ROUTE: &str = "NR";
    pub(crate) const NO_HEALTHY_UPSTREAM: &str = "UH";
    pub(crate) const CONNECTION_FAILED: &str = "UF";
    pub(crate) const CONNECTION_ENDED: &str = "UC";
}

pub(super) fn failed(status: StatusCode, flag: &'static str, message: &str) -> Response<Body> {
    let mut response = text(status, message);
    response
        .headers_mut()
        .insert("x-do-failure-code", HeaderValue::from_static(flag));
    response
}

pub(super) fn text(status: StatusCode, message: &str) -> Response<Body> {
    let end = if message.is_empty() { "" } else { "\n" };
    full(
        status,
        "text/plain; charset=utf-8",
        Bytes::from(format!("{message}{end}")),
    )
}

pub(super) fn html(status: StatusCode, page: &'static str) -> Response<Body> {
    full(status, "text/html; charset=utf-8", Bytes::from_static(page.as_bytes()))
}

pub(super) fn full(status: StatusCode, kind: &'static str, content: Bytes) -> Response<Body> {
    let mut response = Response::new(Full::new(content).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
