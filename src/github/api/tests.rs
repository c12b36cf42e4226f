//! What octocrab must not change: how often a request is sent, what its error says, and who sees the token.

use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Api;
use crate::net::client::Client;
use crate::net::error::{ApiError, Problem, Unreachable};
use crate::net::redirects::Redirects;
use crate::redact::Secret;
use crate::wait::Wait;

const TOKEN: &str = "ghs_nobody_may_see_this";

/// A server that gives every request the same answer, and then hangs up.
struct Server {
    api: Api,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn answering(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}/api/v3", listener.local_addr().expect("bound"));
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&requests), answer.to_owned());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                seen.lock().expect("no panic").push(request);
                stream.write_all(answer.as_bytes()).await.expect("a reader");
            }
        });
        let client = Client::new(
            crate::github::SERVICE,
            base.parse().expect("a URL"),
            "application/vnd.github+json",
            Secret::new(TOKEN).as_ref(),
            Redirects::WithinHost,
            Wait::new(0.001, tokio::sync::watch::channel(None).1),
        );
        let api = Api::over(client.expect("a client"));
        Self { api, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

/// Head and body of a request, whose body ends with `}` where it has one.
async fn read(stream: &mut TcpStream) -> String {
    let mut request = String::new();
    loop {
        let mut piece = [0; 1024];
        let length = stream.read(&mut piece).await.expect("a request");
        request.push_str(std::str::from_utf8(&piece[..length]).expect("text"));
        let is_whole = match request.split_once("\r\n\r\n") {
            Some((head, body)) => !head.contains("content-length") || body.ends_with('}'),
            None => false,
        };
        if is_whole || length == 0 {
            return request;
        }
    }
}

fn json(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
}

#[tokio::test]
async fn an_error_comes_back_as_our_client_made_it() {
    let body = r#"{"message": "Validation Failed", "errors": [{"field": "body", "code": "missing"}]}"#;
    let refused = json("422 Unprocessable", "x-github-request-id: 0A:1B\r\n", body);
    let server = Server::answering(&refused).await;
    let error = server.api.post::<Value>("/repos/org/shop/x?y=1", &json!({})).await;
    let error = error.expect_err("refused");
    assert_eq!(
        error.to_string(),
        "GitHub POST /repos/org/shop/x: 422 Validation Failed; body: missing (request 0A:1B)"
    );
}

#[tokio::test]
async fn what_may_have_happened_is_sent_again_only_if_it_may_happen_twice() {
    let lost = Server::answering("").await;
    let body = json!({"body": "hello"});
    let ended = |error: ApiError| {
        let reason = Unreachable::Broken;
        assert_eq!(error.problem, Problem::Unreachable { reason, sent: true }, "{error}");
        std::mem::take(&mut *lost.requests.lock().expect("no panic")).len()
    };
    let api = &lost.api;
    assert_eq!(ended(api.post::<Value>("/x", &body).await.expect_err("lost")), 1);
    assert_eq!(ended(api.post_freely("/x", &body).await.expect_err("lost")), 5);
    assert_eq!(ended(api.patch::<Value>("/x", &body).await.expect_err("lost")), 5);
    assert_eq!(ended(api.get::<Value>("/x").await.expect_err("lost")), 5);
    assert_eq!(ended(api.delete("/x").await.expect_err("lost")), 5);
    let mut listing = api.listing();
    assert_eq!(ended(listing.page::<Value>("/x").await.map(drop).expect_err("lost")), 5);
}

#[tokio::test]
async fn an_answer_is_read_to_its_end() {
    for (body, looks_like) in [
        ("{} and more", "a text"),
        (
            "",
            "JSON of another shape (invalid type: null, expected a map at line 1 column 4)",
        ),
        (
            "[]",
            "JSON of another shape (invalid type: sequence, expected a map at line 1 column 0)",
        ),
    ] {
        let server = Server::answering(&json("200 OK", "", body)).await;
        let error = server
            .api
            .get::<serde_json::Map<String, Value>>("/x")
            .await
            .expect_err(body);
        let looks_like = looks_like.to_owned();
        assert_eq!(
            error.problem,
            Problem::NotJson {
                status: 200,
                looks_like
            }
        );
    }
}

#[tokio::test]
async fn a_request_is_our_client_s() {
    let link = "link: <https://github.example/api/v3/repositories/1/x?page=2>; rel=\"next\"\r\n";
    let server = Server::answering(&json("200 OK", link, "[]")).await;
    let page = server.api.listing().page::<Value>("/repos/org/shop/x?y=%2F").await;
    let page = page.expect("a page");
    assert_eq!(page.next.as_deref(), Some("/repositories/1/x?page=2"));
    let request = server.requests().concat();
    assert!(
        request.starts_with("GET /api/v3/repos/org/shop/x?y=%2F HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains(&format!("authorization: Bearer {TOKEN}\r\n")),
        "{request}"
    );
    assert!(request.contains("accept: application/vnd.github+json\r\n"), "{request}");
    assert!(
        request.contains(concat!("user-agent: do-deploy/", env!("CARGO_PKG_VERSION"))),
        "{request}"
    );
    assert_eq!(format!("{:?}{page:?}", server.api).matches(TOKEN).count(), 0);
}

/// octocrab makes no URI of it.
#[tokio::test]
async fn what_is_no_path_is_not_sent() {
    let server = Server::answering("").await;
    for path in ["/with a space", "/repos/../x"] {
        let error = server.api.get::<Value>(path).await.expect_err(path);
        assert_eq!(
            (error.method.clone(), error.path.as_str()),
            (Method::GET, path),
            "{error}"
        );
        assert!(!error.may_have_happened(), "{error}");
    }
    assert_eq!(server.requests(), [""; 0]);
}
