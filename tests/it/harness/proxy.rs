//! Something between the program and an API of the sandbox: it passes everything on, and answers as a test wants.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::http::Http;

const LARGEST_REQUEST: usize = 16 << 20;

/// What a request is answered with: the API's own answer, changed, or another one altogether.
pub(crate) enum Answer {
    Changed(Box<dyn Fn(String) -> String + Send>),
    Instead(Response),
    /// The API's own, which is asked once this is sent to.
    After(oneshot::Receiver<()>),
    /// None: the API is not asked. Says when that has come to pass.
    Unsent(oneshot::Sender<()>),
    /// None: the API has done what was asked for. Says when that has come to pass.
    Lost(oneshot::Sender<()>),
}

impl Answer {
    pub(crate) fn unchanged() -> Self {
        Self::Changed(Box::new(|text| text))
    }
}

/// The first of certain requests, which waits until the test lets it go.
#[derive(Debug)]
pub(crate) struct Held {
    between: Proxy,
    reached: oneshot::Receiver<()>,
    go: oneshot::Sender<()>,
}

impl Held {
    /// In front of the API at `base`: the first request of this method whose path ends so.
    pub(crate) async fn request(base: &str, method: &'static str, path_end: impl Into<String>) -> Self {
        let path_end = path_end.into();
        let (stop, reached, go) = Stop::new();
        let between = Proxy::start(base, move |asked, path| {
            stop.answer(asked == method && path.ends_with(&path_end))
        })
        .await;
        Self { between, reached, go }
    }

    /// In front of the API at `base`: the first request of this method whose path ends so is refused by a rate limit. What
    /// waits until the test lets it go is the program's next look.
    pub(crate) async fn up_by_a_limit(base: &str, method: &'static str, path_end: impl Into<String>) -> Self {
        let limit = Limit::new(method, path_end);
        let (stop, reached, go) = Stop::new();
        let between = Proxy::start(base, move |asked, path| {
            limit
                .answer(asked, path)
                .unwrap_or_else(|| stop.answer(limit.has_refused()))
        })
        .await;
        Self { between, reached, go }
    }

    /// In front of DigitalOcean and GitHub: the first request of this method whose path ends so is refused by DigitalOcean's
    /// rate limit, and what waits is the next look at GitHub. Also gives what stands in front of DigitalOcean.
    pub(crate) async fn before_the_next_look(
        digitalocean: &str,
        github: &str,
        method: &'static str,
        path_end: impl Into<String>,
    ) -> (Proxy, Self) {
        let limit = Arc::new(Limit::new(method, path_end));
        let of_cloud = Arc::clone(&limit);
        let cloud = Proxy::start(digitalocean, move |asked, path| {
            of_cloud.answer(asked, path).unwrap_or_else(Answer::unchanged)
        })
        .await;
        let (stop, reached, go) = Stop::new();
        let between = Proxy::start(github, move |asked, path| {
            stop.answer(asked == "GET" && path.contains("/pulls/") && limit.has_refused())
        })
        .await;
        (cloud, Self { between, reached, go })
    }

    pub(crate) fn url(&self) -> String {
        self.between.url()
    }

    /// Until the program has sent the request.
    pub(crate) async fn reached(&mut self) {
        (&mut self.reached).await.expect("the request is sent");
    }

    /// What is held goes on, and so does everything after it.
    pub(crate) fn go(self) -> Proxy {
        let _ = self.go.send(());
        self.between
    }
}

/// Where one request waits.
struct Stop(Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>);

impl Stop {
    /// With the channel that reports the request's arrival, and the one that lets it go.
    fn new() -> (Self, oneshot::Receiver<()>, oneshot::Sender<()>) {
        let ((arrived, reached), (go, gone)) = (oneshot::channel(), oneshot::channel());
        (Self(Mutex::new(Some((arrived, gone)))), reached, go)
    }

    /// The first request that `is_it` waits; all others pass.
    fn answer(&self, is_it: bool) -> Answer {
        match self.0.lock().expect("no test panics here").take_if(|_| is_it) {
            Some((arrived, gone)) => {
                let _ = arrived.send(());
                Answer::After(gone)
            }
            None => Answer::unchanged(),
        }
    }
}

/// A rate limit that refuses one request: the first of this method whose path ends so.
struct Limit {
    method: &'static str,
    path_end: String,
    refused: AtomicBool,
}

impl Limit {
    fn new(method: &'static str, path_end: impl Into<String>) -> Self {
        Self {
            method,
            path_end: path_end.into(),
            refused: AtomicBool::new(false),
        }
    }

    fn has_refused(&self) -> bool {
        self.refused.load(Ordering::SeqCst)
    }

    fn answer(&self, asked: &str, path: &str) -> Option<Answer> {
        let path = path.split('?').next().unwrap_or_default();
        let is_it = asked == self.method && path.ends_with(&self.path_end);
        (is_it && !self.refused.swap(true, Ordering::SeqCst)).then(|| Answer::Instead(limited()))
    }
}

fn limited() -> Response {
    let mut response = Response::new(Body::from(r#"{"id":"too_many_requests","message":"slow down"}"#));
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response
        .headers_mut()
        .insert("retry-after", HeaderValue::from_static("1"));
    response
}

type Rule = dyn Fn(&str, &str) -> Answer + Send + Sync;

/// Runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    server: JoinHandle<()>,
}

impl Proxy {
    /// In front of the API at `base`; `rule` is given method and path with query.
    pub(crate) async fn start(base: &str, rule: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        let (base, rule): (Arc<str>, Arc<Rule>) = (base.trim_end_matches('/').into(), Arc::new(rule));
        let router = Router::new().fallback(move |request: Request| passed_on(base.clone(), rule.clone(), request));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self { port, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn passed_on(base: Arc<str>, rule: Arc<Rule>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut lost = None;
    let change = match rule(parts.method.as_str(), &path) {
        Answer::Instead(response) => return response,
        Answer::Changed(change) => change,
        Answer::After(go) => {
            let _ = go.await;
            Box::new(|text| text)
        }
        Answer::Unsent(reached) => {
            let _ = reached.send(());
            return std::future::pending().await;
        }
        Answer::Lost(done) => {
            lost = Some(done);
            Box::new(|text| text)
        }
    };
    let body = to_bytes(body, LARGEST_REQUEST).await.expect("a request's body");
    let headers: Vec<(&str, &str)> = parts
        .headers
        .iter()
        .filter(|(name, _)| ["authorization", "accept"].contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
        .collect();
    let body = (!body.is_empty()).then(|| serde_json::from_slice(&body).expect("JSON"));
    let url = format!("{base}{path}");
    let reply = Http::new()
        .send(parts.method.as_str(), &url, &headers, body.as_ref())
        .await;
    let reply = reply.expect("the sandbox answers");
    if let Some(done) = lost {
        let _ = done.send(());
        return std::future::pending().await;
    }
    let mut response = Response::new(Body::from(change(reply.text)));
    *response.status_mut() = StatusCode::from_u16(reply.status).expect("a status");
    for (name, value) in &reply.headers {
        if !["content-length", "transfer-encoding", "connection"].contains(&name.as_str()) {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    response
}
