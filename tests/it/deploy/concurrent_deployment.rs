//! What someone else deploys while a deployment is checked is never taken away, and never called this run's.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::harness::{Change, FAILING_CHECK, Held, Tester, run_with, without_job};

/// Someone sends the live spec with an env more, as the panel does.
async fn hotfix(t: &Tester) -> Value {
    t.begin_change_in_panel("shop", |spec| {
        let envs = spec["services"][0]["envs"].as_array_mut().unwrap();
        envs.push(json!({ "key": "HOTFIX", "value": "1", "scope": "RUN_TIME" }));
    })
    .await
}

async fn held(t: &Tester, method: &'static str, path_end: &'static str) -> Held {
    Held::request(&t.sandbox.url("DIGITALOCEAN_API_URL"), method, path_end).await
}

#[tokio::test]
async fn a_rollback_never_takes_away_what_someone_else_deployed() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(FAILING_CHECK));
            let mut held = held(t, "POST", "/rollback/validate").await;
            let bad = t.deploy().env("DIGITALOCEAN_API_URL", &held.url()).start().await;
            held.reached().await;
            hotfix(t).await;
            t.settled().await;
            let between = held.go();
            let bad = bad.end().await;
            let app = t.app("shop").await;
            let active = app["active_deployment"]["id"].as_str().unwrap().to_owned();
            bad.fails_with(1)
                .says(&format!("Not rolled back: deployment {active}"))
                .says("took the place of this one")
                .says("serves now")
                .does_not_say("Rolling back");
            assert!(app["spec"].to_string().contains("HOTFIX"), "{app}");
            assert!(bad.summary().contains(" was live from 2"), "{}", bad.summary());
            drop(between);
        },
    )
    .await;
}

#[tokio::test]
async fn a_rollback_leaves_alone_what_is_under_way() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(FAILING_CHECK));
            let mut held = held(t, "POST", "/rollback/validate").await;
            let bad = t.deploy().env("DIGITALOCEAN_API_URL", &held.url()).start().await;
            held.reached().await;
            hotfix(t).await;
            let between = held.go();
            let bad = bad.end().await;
            bad.fails_with(1)
                .says("Not rolled back: deployment ")
                .does_not_say("Rolling back");
            t.settled().await;
            let app = t.app("shop").await;
            assert!(app["spec"].to_string().contains("HOTFIX"), "{app}");
            drop(between);
        },
    )
    .await;
}

#[tokio::test]
async fn what_lost_its_place_while_it_was_checked_is_not_ready() {
    for config in ["", FAILING_CHECK] {
        run_with(
            Change::whole_app("first").spec(&without_job()),
            async |t: &mut Tester| {
                t.deploy().await.succeeds();
                t.push("main", Change::version("second").config(config));
                let mut held = held(t, "GET", "/health").await;
                let run = t.deploy().env("DIGITALOCEAN_API_URL", &held.url()).start().await;
                held.reached().await;
                hotfix(t).await;
                t.settled().await;
                let between = held.go();
                let run = run.end().await;
                let active = t.app("shop").await["active_deployment"]["id"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                run.fails_with(3).says(&active).says("took the place of this one");
                assert_eq!(run.output("status"), "unknown");
                assert!(t.app("shop").await["spec"].to_string().contains("HOTFIX"));
                drop(between);
            },
        )
        .await;
    }
}

#[tokio::test]
async fn the_way_back_never_leads_to_the_commit_that_was_found_bad() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(FAILING_CHECK));
            let mut held = held(t, "GET", "/health").await;
            let killed = t.deploy().env("DIGITALOCEAN_API_URL", &held.url()).start().await;
            held.reached().await;
            killed.signal(Signal::SIGKILL);
            drop(held.go());
            killed.end().await;
            t.expect_serving("shop", "second").await;
            t.deploy()
                .await
                .fails_with(1)
                .says("Rolled back")
                .says("Data was not rolled back");
            t.expect_serving("shop", "first").await;
        },
    )
    .await;
}

#[tokio::test]
async fn two_runs_at_once_end_on_the_good_commit() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(FAILING_CHECK));
            let mut held = held(t, "POST", "/rollback/validate").await;
            let first = t.deploy().env("DIGITALOCEAN_API_URL", &held.url()).start().await;
            held.reached().await;
            let second = t.deploy().await;
            let between = held.go();
            first.end().await.fails_with(1).does_not_say("Rolling back");
            second.fails_with(1).says("Rolled back");
            t.expect_serving("shop", "first").await;
            drop(between);
        },
    )
    .await;
}
