//! The token of a request: in its header, or in the link to a page.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

/// `Bearer X` or `token X`; an empty one does not count.
pub(super) fn bearer(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
    let token = token.trim();
    (known && !token.is_empty()).then(|| token.to_owned())
}

/// `?token=X`, which a link to a page has.
pub(super) fn queried(parts: &Parts) -> Option<String> {
    let query = url::form_urlencoded::parse(parts.uri.query()?.as_bytes());
    let mut tokens = query.filter(|(key, _)| key == "token");
    tokens.next().map(|(_, token)| token.into_owned())
}
