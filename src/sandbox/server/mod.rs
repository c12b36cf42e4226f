//! The one HTTP server of a sandbox: who is let in, limits, faults and the request log around all APIs.

pub(crate) mod address;
pub(crate) mod audit;
pub(crate) mod controls;
pub(crate) mod faults;
pub(crate) mod home;
pub(crate) mod record;
pub(crate) mod requests;
pub(crate) mod state;
mod token;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_TYPE, DATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use self::faults::Act;
use self::record::Exchange;
use self::requests::Entry;
use self::state::Sandbox;
use self::token::{bearer, queried};
use crate::api::Api;

use crate::clouds::app_platform::api::error::ApiError;
use crate::clouds::app_platform::api::{self, Cloud, scopes};
use crate::clouds::app_platform::domain::rate_limit::{Standing, Verdict};
use crate::github;
use crate::ids;
use crate::page;

/// The largest body that is passed on, in bytes.
const LARGEST: usize = 32 * 1024 * 1024;

/// The connection is cut without a reply.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("cut by a fault")]
struct Cut;

/// Marks replies of no route, for the audit.
#[derive(Clone, Copy, Debug)]
struct NoRoute;

impl Sandbox {
    /// Answers until the future is dropped.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let router = Arc::clone(&self).router();
        let mut connections = JoinSet::new();
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    // Out of file descriptors, most likely: the next attempt may do better.
                    Err(_) => {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                Some(_) = connections.join_next() => continue,
            };
            let _without = stream.set_nodelay(true);
            let server = Arc::clone(&self);
            let router = router.clone();
            let service = service_fn(move |request| Arc::clone(&server).answer(router.clone(), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            connections.spawn(async move {
                let _ended = connection.await;
            });
        }
    }

    fn router(self: Arc<Self>) -> Router {
        let cloud = Cloud {
            platform: Arc::clone(&self.app_platform),
            base_url: self.base_url.clone(),
        };
        let github = Arc::clone(&self.github);
        let home = Router::new().route("/", get(home::get)).with_state(Arc::clone(&self));
        Router::new()
            .merge(home)
            .merge(controls::router(self))
            .merge(api::router(cloud.clone()))
            .merge(api::log_router(cloud))
            .merge(github::router(Arc::clone(&github)))
            .merge(github::sandbox_router(github))
            .fallback(no_route)
            .method_not_allowed_fallback(no_route)
    }

    /// The way of every request: address, fault, token, limit, handler, headers, log.
    async fn answer(self: Arc<Self>, router: Router, request: Request<Incoming>) -> Result<Response, Cut> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let whole = parts.uri.path_and_query().map_or(path.clone(), ToString::to_string);
        let (method, headers) = (parts.method.clone(), parts.headers.clone());
        let api = Api::of(&path);
        if let Err(refused) = self.let_in(api, &parts) {
            return Ok(self.dated(refused));
        }
        let Ok(body) = to_bytes(Body::new(body), LARGEST).await else {
            return Err(Cut);
        };
        if matches!(api, Api::Own | Api::Page | Api::Log) {
            return Ok(self.dated(dispatch(router, parts, body).await));
        }
        let struck = self.faults.strike(&method, &path);
        let (act, fault) = struck.unzip();
        let mut entry = Entry {
            time: self.clock.now(),
            method: method.to_string(),
            path: whole.clone(),
            status: None,
            fault: fault.clone(),
        };
        let response = match &act {
            Some(Act::DropBefore) => {
                self.requests.note(entry);
                return Err(Cut);
            }
            Some(Act::Status(status, message)) => status_fault(api, *status, message.clone()),
            Some(Act::Garbage) => garbage(),
            Some(Act::Delay(delay)) => {
                tokio::time::sleep(*delay).await;
                self.admit(router, api, parts, body.clone()).await
            }
            Some(Act::DropAfter) | None => self.admit(router, api, parts, body.clone()).await,
        };
        let response = self.dated(response);
        if response.extensions().get::<NoRoute>().is_some() {
            self.audit.problem(format!("unknown route: {method} {path}"));
        }
        let status = response.status();
        let (head, reply) = response.into_parts();
        let reply = to_bytes(reply, LARGEST).await.unwrap_or_default();
        if let Some(recorder) = &self.recorder {
            recorder.write(&Exchange {
                method: method.as_str(),
                path: &whole,
                request_headers: &headers,
                request_body: &body,
                status: status.as_u16(),
                response_headers: &head.headers,
                response_body: &reply,
                fault: fault.as_deref(),
            });
        }
        if act == Some(Act::DropAfter) {
            self.requests.note(entry);
            return Err(Cut);
        }
        entry.status = Some(status.as_u16());
        self.requests.note(entry);
        Ok(Response::from_parts(head, Body::from(reply)))
    }

    /// Refuses foreign names and pages, and calls of the sandbox's own without its token.
    fn let_in(&self, api: Api, parts: &Parts) -> Result<(), Response> {
        address::admit(parts).map_err(|(status, why)| (status, Json(json!({"message": why}))).into_response())?;
        let owners = |token: Option<String>| token.is_some_and(|token| self.account.is_owners(&token));
        match api {
            Api::Own if !owners(bearer(parts)) => Err(controls::unauthorized()),
            Api::Page if !owners(bearer(parts)) && !owners(queried(parts)) => Err(page::needs_token()),
            _ => Ok(()),
        }
    }

    /// Lets a request in that has a known token, the scope and the right to one more request.
    async fn admit(&self, router: Router, api: Api, mut parts: Parts, body: Bytes) -> Response {
        let Some(value) = bearer(&parts) else {
            self.audit.problem(format!(
                "request without a token: {} {}",
                parts.method,
                parts.uri.path()
            ));
            return unauthorized(api);
        };
        self.audit.token(&value);
        let Some(token) = self.account.token(api, &value) else {
            return unauthorized(api);
        };
        if api != Api::DigitalOcean {
            parts.extensions.insert(token);
            return dispatch(router, parts, body).await;
        }
        let standing = self.app_platform.rates.count(&token.value);
        let mut response = if standing.verdict != Verdict::Go {
            ApiError::too_many_requests().into_response()
        } else if scopes::needed(&parts.method, parts.uri.path()).is_some_and(|scope| !token.may(scope)) {
            ApiError::forbidden().into_response()
        } else {
            parts.extensions.insert(token);
            dispatch(router, parts, body).await
        };
        limit_headers(&mut response, standing);
        response
    }

    /// The sandbox's own time, and a request id where the handler gave none.
    fn dated(&self, mut response: Response) -> Response {
        let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
        let date = printer.timestamp_to_rfc9110_string(&self.clock.now()).ok();
        if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
            response.headers_mut().insert(DATE, date);
        }
        if let Ok(id) = HeaderValue::from_str(&ids::uuid()) {
            response.headers_mut().entry("x-request-id").or_insert(id);
        }
        response
    }
}

async fn dispatch(router: Router, parts: Parts, body: Bytes) -> Response {
    let request = Request::from_parts(parts, Body::from(body));
    let answered: Result<Response, Infallible> = TowerToHyperService::new(router).call(request).await;
    let Ok(response) = answered;
    response
}

fn limit_headers(response: &mut Response, standing: Standing) {
    let headers = response.headers_mut();
    headers.insert("ratelimit-limit", HeaderValue::from(standing.limit));
    headers.insert("ratelimit-remaining", HeaderValue::from(standing.remaining));
    headers.insert("ratelimit-reset", HeaderValue::from(standing.reset));
    if let Verdict::Burst { retry_after } = standing.verdict {
        headers.insert("retry-after", HeaderValue::from(retry_after));
    }
}

fn unauthorized(api: Api) -> Response {
    match api {
        Api::GitHub => github::unauthorized(),
        _ => ApiError::unauthorized().into_response(),
    }
}

fn status_fault(api: Api, status: StatusCode, message: Option<String>) -> Response {
    if api == Api::GitHub {
        let usual = status.canonical_reason().unwrap_or("Unexpected error");
        return github_error(status, message.as_deref().unwrap_or(usual));
    }
    let mut error = ApiError::of_status(status);
    error.message = message.unwrap_or(error.message);
    error.into_response()
}

fn github_error(status: StatusCode, message: &str) -> Response {
    let body = json!({
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": status.as_str(),
    });
    (status, Json(body)).into_response()
}

fn garbage() -> Response {
    let page = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n";
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

async fn no_route(request: Request<Body>) -> Response {
    let mut response = match Api::of(request.uri().path()) {
        Api::GitHub => github_error(StatusCode::NOT_FOUND, "Not Found"),
        _ => ApiError::not_found().into_response(),
    };
    response.extensions_mut().insert(NoRoute);
    response
}
