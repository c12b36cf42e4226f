//! What is created and updated exactly once, also when replies are lost.

use serde_json::{Value, json};

use super::{Do, app, app_with_pending, count, not_found, refuse, run, say, spec, the_app};
use crate::platforms::app_platform::AppPlatform;
use crate::platforms::app_platform::spec::AppSpec;
use crate::platforms::error::Result;
use crate::platforms::{App, PlatformError, Rollout, Wanted};

async fn apply(platform: &AppPlatform, live: Option<&App>, spec: Value) -> Result<Rollout> {
    let wanted = Wanted {
        document: &AppSpec::document(spec),
        project: None,
        may_stay_awake: false,
        may_be_under_way: false,
    };
    let applied = platform.apply(live, &wanted, async || Ok(())).await?;
    Ok(applied.rollout)
}

async fn update(platform: &AppPlatform) -> Result<Rollout> {
    apply(platform, Some(&the_app(platform).await), spec("new")).await
}

#[test]
fn an_app_that_may_stay_awake_is_sent_again_without_the_sleep_that_the_account_refuses() {
    let mut sleeping = spec("abc");
    sleeping["services"][0]["inactivity_sleep"] = json!({"after_seconds": 600});
    let created = |may_stay_awake| {
        run(
            |_, times| match times {
                0 => refuse(
                    400,
                    "services[0].inactivity_sleep: feature is not enabled for this account",
                ),
                _ => say(json!({"app": app_with_pending(spec("abc"), "d1")})),
            },
            async |platform| {
                let document = AppSpec::document(sleeping.clone());
                let wanted = Wanted {
                    document: &document,
                    project: None,
                    may_stay_awake,
                    may_be_under_way: false,
                };
                platform.apply(None, &wanted, async || Ok(())).await
            },
        )
    };
    let (applied, requests) = created(true);
    let applied = applied.expect("created");
    assert!(applied.stays_awake);
    assert_eq!(*applied.document.value(), spec("abc"));
    assert_eq!(count(&requests, "POST"), 2);
    let (refused, requests) = created(false);
    assert!(
        matches!(refused, Err(PlatformError::SleepRefused { .. })),
        "{refused:?}"
    );
    assert_eq!(requests.len(), 1);
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
        async |platform| apply(platform, None, spec("abc")).await,
    );
    let rollout = rollout.expect("taken up");
    assert_eq!(rollout.deployment.as_deref(), Some("d9"));
    assert_eq!(rollout.warnings.len(), 1);
    assert_eq!(count(&requests, "POST"), 1);
}

#[test]
fn a_name_taken_by_our_request_whose_reply_was_lost_is_ours() {
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
        async |platform| apply(platform, None, spec("abc")).await,
    );
    assert_eq!(rollout.expect("taken up").deployment.as_deref(), Some("d1"));
    assert_eq!(count(&requests, "POST"), 2);
}

#[test]
fn a_name_that_was_taken_before_is_not_ours() {
    let (refused, requests) = run(
        |_, _| refuse(409, "App name already exists"),
        async |platform| apply(platform, None, spec("abc")).await,
    );
    assert!(matches!(refused, Err(PlatformError::NameTaken { name, .. }) if name == "shop-pr-12"));
    assert_eq!(requests.len(), 1);
}

#[test]
fn a_creation_whose_reply_was_lost_does_not_take_a_foreign_app() {
    let foreign = json!({"id": "a1", "spec": {"name": "shop-pr-12"}});
    let (refused, _) = run(
        |asked, _| match asked.split('?').next().unwrap_or_default() {
            "POST /v2/apps" => refuse(500, "server error"),
            "GET /v2/apps" => say(json!({"apps": [foreign]})),
            _ => say(json!({"app": foreign})),
        },
        async |platform| apply(platform, None, spec("abc")).await,
    );
    assert!(matches!(refused, Err(PlatformError::NameTaken { .. })), "{refused:?}");
}

#[test]
fn an_update_watches_the_deployment_that_the_reply_names() {
    let updated = |reply: Value| {
        let (rollout, requests) = run(
            |asked, _| match asked {
                "PUT /v2/apps/a1" => say(json!({ "app": reply })),
                _ => say(json!({"app": app_with_pending(spec("old"), "d1")})),
            },
            async |platform| update(platform).await.expect("updated"),
        );
        let update = requests.iter().find(|request| request.starts_with("PUT "));
        let update = update.expect("an update was sent");
        assert!(update.contains(r#""update_all_source_versions":true"#), "{update}");
        rollout
    };
    let rollout = updated(app_with_pending(spec("new"), "d2"));
    assert_eq!(
        (rollout.deployment.as_deref(), rollout.previous.as_deref()),
        (Some("d2"), Some("d1"))
    );
    let none = updated(app_with_pending(spec("new"), "d1"));
    assert_eq!(
        none.deployment, None,
        "a deployment from before the update is not caused by it"
    );
}

#[test]
fn an_update_whose_reply_was_lost_finds_what_it_caused() {
    let deployments = json!({"deployments": [
        {"id": "d3", "phase": "BUILDING", "created_at": "2026-03-01T11:00:00Z", "spec": spec("new")},
        {"id": "d2", "phase": "ERROR", "created_at": "2026-03-01T11:00:00Z", "spec": spec("new")}]});
    let (rollout, requests) = run(
        |asked, times| match (asked.split('?').next().unwrap_or_default(), times) {
            ("PUT /v2/apps/a1", _) => Do::Hang,
            ("GET /v2/apps/a1/deployments", 0) => say(json!({"deployments": [deployments["deployments"][1]]})),
            ("GET /v2/apps/a1/deployments", _) => say(deployments.clone()),
            _ => say(json!({"app": app(spec("old"))})),
        },
        async |platform| update(platform).await.expect("found"),
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
        async |platform| update(platform).await.expect("updated"),
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
        async |platform| update(platform).await,
    );
    let message = refused.expect_err("pinned").to_string();
    assert_eq!(
        message,
        "the app is held at deployment `d0` by a rollback of Ada since 2026-03-01T12:00:00Z"
    );
    assert_eq!(count(&requests, "PUT"), 0);
}
