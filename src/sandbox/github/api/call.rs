//! One request to the GitHub API, understood: which repository, who asks, with what.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, RawPathParams, Request};
use axum::http::header::{ACCEPT, AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::urls::Urls;
use crate::github::body::json_reply;
use crate::github::records::hosted::HostedRepository;
use crate::github::records::user::User;
use crate::github::refusal::Refusal;
use crate::github::state::GitHub;

pub(crate) type Reply = Result<Response, Refusal>;

/// A request under `/repos/{owner}/{repo}`.
pub(crate) struct Call {
    pub(crate) hosted: Arc<HostedRepository>,
    pub(crate) urls: Urls,
    pub(crate) actor: User,
    pub(crate) query: BTreeMap<String, String>,
    /// Path as it was asked for, still percent-encoded: for `Link` headers.
    pub(crate) path: String,
    pub(crate) accept: String,
    params: BTreeMap<String, String>,
    body: Bytes,
}

impl FromRequest<Arc<GitHub>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, github: &Arc<GitHub>) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::new(body), &())
            .await
            .map_err(|_| Refusal::bad_json())?;
        let params = params(&mut parts).await;
        let named = |key: &str| params.get(key).map(String::as_str).unwrap_or_default();
        let (owner, name) = (named("owner"), named("repo"));
        let hosted = match named("repository_id") {
            "" => github.hosted(owner, name),
            id => github.numbered(id),
        };
        let hosted = match (hosted, github.renamed(owner, name)) {
            (Some(hosted), _) => hosted,
            (None, Some(moved)) => {
                let base = base(&parts.headers, &github.base_url);
                let url = moved_to(&parts, &base, moved.repository.id);
                return Err(Refusal::moved(&parts.method, url));
            }
            (None, None) => return Err(Refusal::not_found()),
        };
        Ok(Self {
            urls: Urls::new(base(&parts.headers, &github.base_url), &hosted.repository),
            hosted,
            actor: actor(&parts.headers),
            query: query(&parts),
            path: asked_path(&parts),
            accept: header(&parts.headers, ACCEPT.as_str()).to_owned(),
            params,
            body,
        })
    }
}

async fn params(parts: &mut Parts) -> BTreeMap<String, String> {
    match RawPathParams::from_request_parts(parts, &()).await {
        Ok(params) => params.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        Err(_) => BTreeMap::new(),
    }
}

/// The whole path, of which a nested router sees only the rest.
fn asked_path(parts: &Parts) -> String {
    let original = parts.extensions.get::<OriginalUri>().map(|OriginalUri(uri)| uri);
    original.unwrap_or(&parts.uri).path().to_owned()
}

/// The same request by the repository's number.
fn moved_to(parts: &Parts, base: &str, id: u64) -> String {
    let path = asked_path(parts);
    let rest: Vec<&str> = path.splitn(5, '/').skip(4).collect();
    let mut url = format!("{base}/repositories/{id}");
    for text in rest {
        url.push('/');
        url.push_str(text);
    }
    if let Some(query) = parts.uri.query() {
        url.push('?');
        url.push_str(query);
    }
    url
}

fn query(parts: &Parts) -> BTreeMap<String, String> {
    let text = parts.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// Every URL in a reply starts where the request went to: PyGithub refuses to follow any other.
pub(crate) fn base(headers: &HeaderMap, fallback: &str) -> String {
    match header(headers, HOST.as_str()) {
        "" => fallback.trim_end_matches('/').to_owned(),
        host => format!("http://{host}"),
    }
}

/// The token of `Authorization: token T` or `Authorization: Bearer T`; empty without one.
pub(crate) fn token(headers: &HeaderMap) -> &str {
    let value = header(headers, AUTHORIZATION.as_str());
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("token") || scheme.eq_ignore_ascii_case("bearer") => {
            token.trim()
        }
        _ => "",
    }
}

/// Any token acts as `github-actions[bot]`, as `GITHUB_TOKEN` does; only `user:LOGIN` acts as that person,
/// so that a test or the demo can write a comment as someone.
pub(crate) fn actor(headers: &HeaderMap) -> User {
    match token(headers).strip_prefix("user:") {
        Some(login) if !login.is_empty() => User::from_login(login),
        _ => User::actions_bot(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

impl Call {
    /// A path parameter, percent-decoded; empty where the route has none of that name.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A numeric path parameter. GitHub answers 404 to anything else.
    pub(crate) fn id(&self, name: &str) -> Result<u64, Refusal> {
        self.param(name).parse().map_err(|_| Refusal::not_found())
    }

    pub(crate) fn asked(&self, key: &str) -> Option<&str> {
        self.query
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The body as `T`; an absent body counts as `{}`.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        let value: Value = serde_json::from_slice(body).map_err(|_| Refusal::bad_json())?;
        serde_json::from_value(value).map_err(|error| Refusal::unprocessable(format!("Invalid request.\n\n{error}")))
    }
}

pub(crate) fn ok(body: &Value) -> Reply {
    Ok(json_reply(StatusCode::OK, body))
}

pub(crate) fn created(body: &Value) -> Reply {
    Ok(json_reply(StatusCode::CREATED, body))
}

pub(crate) fn no_content() -> Reply {
    Ok(StatusCode::NO_CONTENT.into_response())
}
