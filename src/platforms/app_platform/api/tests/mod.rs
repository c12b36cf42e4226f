//! App Platform's client against a small scripted server.

mod mutations;
mod reading;

use std::cell::RefCell;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::channel;

use crate::platforms::App;
use crate::platforms::app_platform::AppPlatform;
use crate::redact::Secret;
use crate::wait::Wait;

/// What the server does with one request.
enum Do {
    Say(u16, Value),
    Text(String),
    Hang,
}

fn say(body: Value) -> Do {
    Do::Say(200, body)
}

fn refuse(status: u16, message: &str) -> Do {
    Do::Say(status, json!({"id": "refused", "message": message}))
}

fn not_found() -> Do {
    refuse(404, "The resource you requested could not be found.")
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let mut piece = [0; 8192];
        let length = stream.read(&mut piece).await.expect("a request");
        request.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

/// Runs `test` with a platform whose server answers as `script` says: it gets `METHOD /path?query` and how often the
/// same method and path came before. Gives the test's result and every request.
fn run<T>(script: impl Fn(&str, usize) -> Do, test: impl AsyncFnOnce(&AppPlatform) -> T) -> (T, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let requests = RefCell::new(Vec::<String>::new());
    let result = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (_sender, cancelled) = channel(None);
        let token = Secret::new("dop_v1_test").expect("not empty");
        let base = format!("http://{address}").parse().expect("a URL");
        let platform = AppPlatform::new(base, &token, Wait::new(0.0001, cancelled)).expect("a client");
        let server = async {
            loop {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = read_request(&mut stream).await;
                let asked = request.split(" HTTP/").next().unwrap_or_default().to_owned();
                let plain = |request: &str| request.split(['?', '\r', '\n']).next().map(str::to_owned);
                let times = requests
                    .borrow()
                    .iter()
                    .filter(|before| plain(before.split(" HTTP/").next().unwrap_or_default()) == plain(&asked))
                    .count();
                requests.borrow_mut().push(request);
                let (status, body) = match script(&asked, times) {
                    Do::Say(status, body) => (status, body.to_string()),
                    Do::Text(text) => (200, text.replace("HOST", &address.to_string())),
                    Do::Hang => continue,
                };
                let length = body.len();
                let reply =
                    format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                stream.write_all(reply.as_bytes()).await.expect("written");
            }
        };
        tokio::select! {
            result = test(&platform) => result,
            () = server => unreachable!("the server never ends"),
        }
    });
    (result, requests.into_inner())
}

fn count(requests: &[String], start: &str) -> usize {
    requests.iter().filter(|request| request.starts_with(start)).count()
}

fn spec(commit: &str) -> Value {
    json!({"name": "shop-pr-12", "services": [{"name": "web", "github": {"repo": "acme/shop"}}], "envs": [
        {"key": "DO_DEPLOY_REPOSITORY", "value": "77"}, {"key": "DO_DEPLOY_ENVIRONMENT", "value": "pr-12"},
        {"key": "DO_DEPLOY_COMMIT", "value": commit}]})
}

fn app(spec: Value) -> Value {
    json!({"id": "a1", "spec": spec, "live_url": "https://shop.example",
        "active_deployment": {"id": "d1", "phase": "ACTIVE", "created_at": "2026-03-01T10:00:00Z"},
        "last_deployment_created_at": "2026-03-01T11:00:00Z"})
}

fn app_with_pending(spec: Value, pending: &str) -> Value {
    let mut app = app(spec);
    app["pending_deployment"] = json!({"id": pending, "phase": "PENDING_BUILD"});
    app
}

async fn the_app(platform: &AppPlatform) -> App {
    platform.app("a1").await.expect("an answer").expect("there")
}
