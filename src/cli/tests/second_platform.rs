//! Preview, push, teardown, deployment, failure and rollback on a platform that the flows do not know.

use reqwest::Method;
use serde_json::json;

use super::stage::{PULL, RULES, Stage, only, play, play_where, play_with_health};
use crate::flows::preview::removal_reason::RemovalReason;
use crate::flows::preview::teardown;
use crate::model::report::State;
use crate::platforms::Platform as _;
use crate::platforms::tests::folder::{Rules, UNBUILDABLE, UNHEALTHY};

async fn opened(stage: &Stage) -> String {
    let head = stage.commit("feature", "a first change");
    let pull = json!({"title": "A change", "head": "feature", "base": "main"});
    stage.github(Method::POST, "/pulls", &pull).await;
    head
}

#[test]
fn a_pull_request_gets_an_app_of_its_own() {
    play(async |stage| {
        let head = opened(stage).await;
        let report = stage.preview().await;
        assert_eq!((report.state, report.failure), (State::Ready, None));
        assert_eq!(stage.serves("shop-pr-1").await.as_ref(), Some(&head));
        let comment = stage.comment().await;
        assert!(
            comment.contains("✅ Ready") && comment.contains(&head[..7]),
            "{comment}"
        );
        assert!(comment.contains("a folder is always awake"), "{comment}");
    });
}

#[test]
fn a_push_deploys_to_the_same_app() {
    play(async |stage| {
        opened(stage).await;
        stage.preview().await;
        let head = stage.commit("feature", "a second change");
        assert_eq!(stage.preview().await.state, State::Ready);
        assert_eq!(stage.serves("shop-pr-1").await.as_ref(), Some(&head));
        assert_eq!(stage.folder.list().await.expect("apps").len(), 1);
        assert!(stage.comment().await.contains(&head[..7]));
    });
}

#[test]
fn a_closed_pull_request_leaves_nothing() {
    play(async |stage| {
        opened(stage).await;
        stage.preview().await;
        stage
            .github(Method::PATCH, &format!("/pulls/{PULL}"), &json!({"state": "closed"}))
            .await;
        let request = teardown::Request {
            pull_request: PULL,
            because: RemovalReason::Closed,
            dry_run: false,
        };
        let report = only(teardown::run(&stage.ctx(), &request).await.expect("a report"));
        assert_eq!(report.state, State::Removed);
        assert!(stage.folder.list().await.expect("apps").is_empty());
        assert!(stage.comment().await.contains("Removed"));
    });
}

#[test]
fn production_is_deployed_from_the_default_branch() {
    play(async |stage| {
        let first = stage.git(&["rev-parse", "main"]);
        let report = stage.deploy().await;
        assert_eq!((report.state, report.failure), (State::Ready, None));
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&first));
        let second = stage.commit("main", "a second version");
        assert_eq!(stage.deploy().await.state, State::Ready);
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&second));
    });
}

#[test]
fn a_rollback_brings_the_version_before_back_and_holds_it() {
    play(async |stage| {
        let (first, report) = stage.rolled_back().await;
        assert!(
            report.notes.concat().contains("The app is pinned"),
            "{:?}",
            report.notes
        );
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&first));
        stage.commit("main", "a third version");
        assert_eq!(stage.deploy().await.state, State::Skipped, "the app is pinned");
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&first));
    });
}

#[test]
fn a_rollback_holds_nothing_where_the_platform_does_not_pin() {
    let rules = Rules { pins: false, ..RULES };
    play_where(rules, async |stage| {
        let (first, report) = stage.rolled_back().await;
        assert!(!report.notes.concat().contains("pinned"), "{:?}", report.notes);
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&first));
        let third = stage.commit("main", "a third version");
        assert_eq!(stage.deploy().await.state, State::Ready);
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&third));
    });
}

#[test]
fn a_build_that_fails_shows_its_log_and_what_keeps_serving() {
    play(async |stage| {
        let first = opened(stage).await;
        stage.preview().await;
        stage.commit("feature", &format!("{UNBUILDABLE} since the roof leaks"));
        assert_eq!(stage.preview().await.state, State::Failed);
        assert_eq!(stage.serves("shop-pr-1").await.as_ref(), Some(&first));
        let comment = stage.comment().await;
        for part in [
            "the build of `files` failed",
            "the page is not one that a folder can hold",
            "write another page",
            "page.txt says: unbuildable since the roof leaks",
            &first[..7],
        ] {
            assert!(comment.contains(part), "{part}: {comment}");
        }
    });
}

#[test]
fn a_preview_is_asked_at_its_url_and_fails_with_its_health_check() {
    play_with_health(async |stage| {
        opened(stage).await;
        let report = stage.preview().await;
        assert_eq!((report.state, report.failure), (State::Ready, None));
        let url = format!("http://127.0.0.1:{}", stage.folder.port);
        assert_eq!(report.url.as_ref(), Some(&url));
        assert!(stage.comment().await.contains(&url));
        let head = stage.commit("feature", UNHEALTHY);
        assert_eq!(stage.preview().await.state, State::Failed);
        assert_eq!(stage.serves("shop-pr-1").await.as_ref(), Some(&head));
        let comment = stage.comment().await;
        assert!(
            comment.contains("/health` does not answer as expected: 500 instead of"),
            "{comment}"
        );
    });
}

#[test]
fn a_version_that_fails_its_health_check_gives_way_to_the_one_before() {
    play_with_health(async |stage| {
        let first = stage.git(&["rev-parse", "main"]);
        assert_eq!(stage.deploy().await.state, State::Ready);
        stage.commit("main", UNHEALTHY);
        let report = stage.deploy().await;
        assert_eq!(report.state, State::Failed);
        assert!(
            report.notes.contains(&"Rolled back to deployment shop-1".to_owned()),
            "{:?}",
            report.notes
        );
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&first));
        let third = stage.commit("main", "a third version");
        assert_eq!(stage.deploy().await.state, State::Ready, "nothing holds the app");
        assert_eq!(stage.serves("shop").await.as_ref(), Some(&third));
    });
}

#[test]
fn a_foreign_app_that_holds_the_name_is_refused() {
    play(async |stage| {
        opened(stage).await;
        let file = stage.folder.apps.join("shop-pr-1.json");
        let foreign = json!({"deployments": [], "document": {"name": "shop-pr-1"}}).to_string();
        std::fs::write(&file, &foreign).expect("writable");
        let refused = stage.try_preview().await.expect_err("not ours").to_string();
        assert!(
            refused.contains("the name `shop-pr-1` is held by an app that is not ours"),
            "{refused}"
        );
        assert_eq!(std::fs::read_to_string(&file).expect("there"), foreign);
    });
}

#[test]
fn a_platform_that_builds_the_planned_commit_is_sent_it_although_the_branch_has_moved_on() {
    let rules = Rules {
        builds_heads: false,
        arrives: Some("a second version"),
        ..RULES
    };
    play_where(rules, async |stage| {
        let planned = stage.git(&["rev-parse", "main"]);
        assert_eq!(stage.deploy().await.state, State::Ready);
        assert_ne!(stage.git(&["rev-parse", "main"]), planned, "a second version arrived");
        assert_eq!(stage.serves("shop").await, Some(planned));
    });
}

#[test]
fn a_platform_that_builds_branch_heads_is_sent_nothing_once_the_branch_has_moved_on() {
    let rules = Rules {
        arrives: Some("a second version"),
        ..RULES
    };
    play_where(rules, async |stage| {
        let report = stage.deploy().await;
        assert_ne!(report.state, State::Ready, "{:?}", report.notes);
        assert_eq!(stage.serves("shop").await, None);
    });
}
