//! App Platform's client against a small scripted server: lost replies, refusals, waiting, logs.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::channel;
use tokio_tungstenite::tungstenite::Message;

use crate::model::rollout::Phase;
use crate::platform::{App, LogKind, Platform, PlatformError, Rollout};
use crate::redact::Secret;
use crate::wait::{Deadline, Wait};

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
fn run<T>(script: impl Fn(&str, usize) -> Do, test: impl AsyncFnOnce(&Platform) -> T) -> (T, Vec<String>) {
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
        let platform = Platform::app_platform(base, &token, Wait::new(0.0001, cancelled)).expect("a client");
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

async fn the_app(platform: &Platform) -> App {
    platform.app("a1").await.expect("heard").expect("there")
}

#[test]
fn a_created_app_whose_reply_was_lost_is_found_and_taken_up() {
    let (rollout, requests) = run(
        |asked, _| match asked.split('?').next().unwrap_or_default() {
            "POST /v2/apps" => Do::Hang,
            "GET /v2/apps" => say(json!({"apps": [{"id": "a1", "spec": spec("abc")}]})),
            "GET /v2/apps/a1" => say(json!({"app": {"id": "a1", "spec": spec("abc"),
                "pending_deployment": {"id": "d9", "phase": "PENDING_BUILD"}}})),
            _ => not_found(),
        },
        async |platform| platform.create(&spec("abc"), None).await,
    );
    let rollout = rollout.expect("taken up");
    assert_eq!(rollout.deployment.as_deref(), Some("d9"));
    assert_eq!(rollout.warnings.len(), 1);
    assert_eq!(count(&requests, "POST"), 1);
}

#[test]
fn a_name_taken_by_an_unheard_request_of_ours_is_ours() {
    let (rollout, requests) = run(
        |asked, times| match (asked.split('?').next().unwrap_or_default(), times) {
            ("POST /v2/apps", 0) => refuse(502, "bad gateway"),
            ("POST /v2/apps", _) => refuse(409, "App name already exists"),
            ("GET /v2/apps", 0) => say(json!({})),
            ("GET /v2/apps", _) => say(json!({"apps": [{"id": "a1", "spec": spec("abc")}]})),
            ("GET /v2/apps/a1", _) => say(json!({"app": {"id": "a1", "spec": spec("abc")}})),
            ("GET /v2/apps/a1/deployments", _) => say(json!({"deployments": [{"id": "d1", "phase": "ERROR"}]})),
            _ => not_found(),
        },
        async |platform| platform.create(&spec("abc"), None).await,
    );
    assert_eq!(rollout.expect("taken up").deployment.as_deref(), Some("d1"));
    assert_eq!(count(&requests, "POST"), 2);
}

#[test]
fn a_name_that_was_taken_before_is_not_ours() {
    let (refused, requests) = run(
        |_, _| refuse(409, "App name already exists"),
        async |platform| platform.create(&spec("abc"), None).await,
    );
    assert!(matches!(refused, Err(PlatformError::NameTaken { name }) if name == "shop-pr-12"));
    assert_eq!(requests.len(), 1);
}

#[test]
fn an_unheard_creation_does_not_take_a_foreign_app() {
    let foreign = json!({"id": "a1", "spec": {"name": "shop-pr-12"}});
    let (refused, _) = run(
        |asked, _| match asked.split('?').next().unwrap_or_default() {
            "POST /v2/apps" => refuse(500, "server error"),
            "GET /v2/apps" => say(json!({"apps": [foreign]})),
            _ => say(json!({"app": foreign})),
        },
        async |platform| platform.create(&spec("abc"), None).await,
    );
    assert!(matches!(refused, Err(PlatformError::NameTaken { .. })), "{refused:?}");
}

#[test]
fn an_update_watches_the_deployment_that_the_reply_names() {
    let update = |reply: Value| {
        let (rollout, requests) = run(
            |asked, _| match asked {
                "PUT /v2/apps/a1" => say(json!({ "app": reply })),
                _ => say(json!({"app": app_with_pending(spec("old"), "d1")})),
            },
            async |platform| {
                platform
                    .update(&the_app(platform).await, &spec("new"))
                    .await
                    .expect("updated")
            },
        );
        assert!(
            requests[1].contains(r#""update_all_source_versions":true"#),
            "{}",
            requests[1]
        );
        rollout
    };
    let rollout = update(app_with_pending(spec("new"), "d2"));
    assert_eq!(
        (rollout.deployment.as_deref(), rollout.previous.as_deref()),
        (Some("d2"), Some("d1"))
    );
    let none = update(app_with_pending(spec("new"), "d1"));
    assert_eq!(
        none.deployment, None,
        "a deployment from before the update is not caused by it"
    );
}

#[test]
fn an_update_whose_reply_was_lost_finds_what_it_caused() {
    let deployments = json!({"deployments": [
        {"id": "d3", "phase": "BUILDING", "created_at": "2026-03-01T12:00:00Z", "spec": spec("new")},
        {"id": "d2", "phase": "ERROR", "created_at": "2026-03-01T11:00:00Z", "spec": spec("new")}]});
    let (rollout, requests) = run(
        |asked, _| match asked.split('?').next().unwrap_or_default() {
            "PUT /v2/apps/a1" => Do::Hang,
            "GET /v2/apps/a1/deployments" => say(deployments.clone()),
            _ => say(json!({"app": app(spec("old"))})),
        },
        async |platform| {
            platform
                .update(&the_app(platform).await, &spec("new"))
                .await
                .expect("found")
        },
    );
    assert_eq!(rollout.deployment.as_deref(), Some("d3"));
    assert_eq!(count(&requests, "PUT"), 1);
}

#[test]
fn an_update_that_never_happened_is_sent_again() {
    let earlier = json!({"deployments": [
        {"id": "d2", "phase": "ERROR", "created_at": "2026-03-01T11:00:00Z", "spec": spec("new")}]});
    let (rollout, requests) = run(
        |asked, times| match (asked.split('?').next().unwrap_or_default(), times) {
            ("PUT /v2/apps/a1", 0) => refuse(503, "try later"),
            ("PUT /v2/apps/a1", _) => say(json!({"app": app_with_pending(spec("new"), "d4")})),
            ("GET /v2/apps/a1/deployments", _) => say(earlier.clone()),
            _ => say(json!({"app": app(spec("old"))})),
        },
        async |platform| {
            platform
                .update(&the_app(platform).await, &spec("new"))
                .await
                .expect("updated")
        },
    );
    assert_eq!(rollout.deployment.as_deref(), Some("d4"));
    assert_eq!(count(&requests, "PUT"), 2);
}

#[test]
fn a_pinned_app_is_left_alone_and_says_who_holds_it() {
    let mut pinned = app(spec("old"));
    pinned["pinned_deployment"] = json!({"id": "d0", "created_at": "2026-03-01T12:00:00Z", "cause_details": {
        "type": "MANUAL_ROLLBACK", "digitalocean_user_action": {"user": {"full_name": "Ada"}}}});
    let (refused, requests) = run(
        |_, _| say(json!({"app": pinned.clone()})),
        async |platform| platform.update(&the_app(platform).await, &spec("new")).await,
    );
    let message = refused.expect_err("pinned").to_string();
    assert_eq!(
        message,
        "the app is held at deployment `d0` by a rollback of Ada since 2026-03-01T12:00:00Z"
    );
    assert_eq!(count(&requests, "PUT"), 0);
}

fn rollout() -> Rollout {
    Rollout {
        app_id: "a1".to_owned(),
        app_name: "shop".to_owned(),
        deployment: Some("d2".to_owned()),
        previous: None,
        sleep_dropped: false,
        warnings: Vec::new(),
    }
}

#[test]
fn waiting_tolerates_errors_and_tells_changes_once() {
    let phases = ["PENDING_BUILD", "BUILDING", "BUILDING", "", "ACTIVE"];
    let mut told = Vec::new();
    let (deployment, _) = run(
        |_, times| match phases[times] {
            "" => refuse(429, "API Rate limit exceeded."),
            phase => say(json!({"deployment": {"id": "d2", "phase": phase}})),
        },
        async |platform| {
            let mut on_change = |deployment: &crate::platform::Deployment| told.push(deployment.phase.clone());
            platform
                .wait(&rollout(), Deadline::after(Duration::from_secs(60)), &mut on_change)
                .await
        },
    );
    assert_eq!(deployment.expect("ended").phase, Phase::Active);
    assert_eq!(told, [Phase::Queued, Phase::Building, Phase::Active]);
}

#[test]
fn waiting_ends_with_its_deadline() {
    let (ended, _) = run(
        |_, _| say(json!({"deployment": {"id": "d2", "phase": "BUILDING"}})),
        async |platform| {
            platform
                .wait(&rollout(), Deadline::after(Duration::ZERO), &mut |_| {})
                .await
        },
    );
    assert!(matches!(ended, Err(PlatformError::Deadline { .. })), "{ended:?}");
}

#[test]
fn an_app_is_destroyed_when_it_cannot_be_found_any_more() {
    let (destroyed, requests) = run(
        |asked, times| match (asked, times) {
            ("DELETE /v2/apps/a1", _) => say(json!({"id": "a1"})),
            ("GET /v2/apps/a1", 0) => say(json!({"app": app(spec("old"))})),
            _ => not_found(),
        },
        async |platform| platform.destroy("a1", Deadline::after(Duration::from_secs(60))).await,
    );
    destroyed.expect("gone");
    assert_eq!(count(&requests, "GET"), 2);
    let gone = async |platform: &Platform| platform.destroy("a1", Deadline::after(Duration::ZERO)).await;
    run(|_, _| not_found(), gone).0.expect("gone already");
}

#[test]
fn the_url_is_known_once_that_deployment_is_active() {
    let (url, _) = run(
        |_, times| match times {
            0 => say(json!({"app": {"id": "a1", "spec": spec("x"), "active_deployment": {"id": "d1"}}})),
            _ => say(json!({"app": app(spec("x"))})),
        },
        async |platform| {
            platform
                .live_url("a1", "d1", Deadline::after(Duration::from_secs(60)))
                .await
        },
    );
    assert_eq!(url.expect("known").as_deref(), Some("https://shop.example"));
    let (none, _) = run(
        |_, _| say(json!({"app": {"id": "a1", "spec": {"name": "mail", "workers": [{"name": "mail"}]}}})),
        async |platform| platform.live_url("a1", "d1", Deadline::after(Duration::ZERO)).await,
    );
    assert_eq!(none.expect("known"), None);
}

#[test]
fn archived_logs_are_read_without_our_token() {
    let (lines, requests) = run(
        |asked, _| match asked.split('?').next().unwrap_or_default() {
            "GET /archive" => Do::Text("web 2026-03-01T10:00:00Z one\nweb 2026-03-01T10:00:01Z two\n".to_owned()),
            _ => Do::Text(r#"{"historic_urls":["http://HOST/archive?signature=x"]}"#.to_owned()),
        },
        async |platform| platform.logs("a1", Some("d1"), None, LogKind::Run, 1).await,
    );
    let lines = lines.expect("heard").expect("written");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].text, "two");
    let archive = requests
        .iter()
        .find(|request| request.starts_with("GET /archive"))
        .expect("read");
    assert!(!archive.to_ascii_lowercase().contains("authorization"), "{archive}");
}

#[test]
fn a_phase_that_never_ran_has_no_log_and_a_lost_archive_is_an_error_without_its_signature() {
    let (none, _) = run(
        |_, _| refuse(400, "deployment has not reached this phase"),
        async |platform| platform.logs("a1", Some("d1"), None, LogKind::Build, 9).await,
    );
    assert_eq!(none.expect("heard"), None);
    let (lost, _) = run(
        |asked, _| match asked.split('?').next().unwrap_or_default() {
            "GET /archive" => not_found(),
            _ => Do::Text(r#"{"historic_urls":["http://HOST/archive?signature=x"]}"#.to_owned()),
        },
        async |platform| platform.logs("a1", Some("d1"), None, LogKind::Build, 9).await,
    );
    let message = lost.expect_err("lost").to_string();
    assert!(message.contains("/archive: 404"), "{message}");
    assert!(!message.contains("signature"), "{message}");
}

#[test]
fn a_running_log_is_followed_to_its_end() {
    let mut texts = Vec::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("non-blocking");
    let socket = listener.local_addr().expect("bound");
    let (followed, _) = run(
        |_, _| say(json!({"live_url": format!("http://{socket}/logs?token=hush")})),
        async |platform| {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let server = async {
                let (stream, _) = listener.accept().await.expect("a connection");
                let mut log = tokio_tungstenite::accept_async(stream).await.expect("a handshake");
                let data = json!({"data": "web 2026-03-01T10:00:00Z one\nweb 2026-03-01T10:00:01Z two\n"});
                log.send(Message::text(data.to_string())).await.expect("sent");
                log.close(None).await.expect("closed");
                std::future::pending::<()>().await;
            };
            let mut on_line = |line: crate::platform::LogLine| texts.push(line.text);
            tokio::select! {
                followed = platform.follow("a1", None, Some("web"), LogKind::Run, &mut on_line) => followed,
                () = server => unreachable!("the server never ends"),
            }
        },
    );
    assert_eq!(followed.expect("heard"), Some(()));
    assert_eq!(texts, ["one", "two"]);
}
