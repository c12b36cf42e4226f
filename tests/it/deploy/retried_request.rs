//! A request that a rate limit or an error held up is decided on again before it is sent again.

use serde_json::json;

use crate::harness::{Change, FAILING_CHECK, Held, Tester, run, run_with, without_job};

async fn held_up(t: &Tester, method: &'static str, path_end: &str) -> Held {
    Held::up_by_a_limit(&t.sandbox.url("DIGITALOCEAN_API_URL"), method, path_end).await
}

/// The end of the path of an update.
async fn id(t: &Tester) -> String {
    t.app("shop").await["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_update_is_planned_again_where_the_app_changed_while_a_limit_held_it_up() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        let id = id(t).await;
        let mut held = held_up(t, "PUT", &id).await;
        let update = t.deploy().env("DIGITALOCEAN_API_URL", &held.url()).start().await;
        held.reached().await;
        t.change_in_panel("shop", |spec| {
            spec["databases"] = json!([{ "name": "db", "engine": "PG" }])
        })
        .await;
        let between = held.go();
        let update = update.end().await;
        update
            .fails_with(2)
            .says("Planning again: `shop`")
            .says("would destroy the development database `db` with its data");
        let app = t.app("shop").await;
        assert_eq!(app["spec"]["databases"][0]["name"], "db", "{app}");
        drop(between);
    })
    .await;
}

#[tokio::test]
async fn a_push_that_came_while_a_limit_held_an_update_up_has_a_run_of_its_own() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        let id = id(t).await;
        for (run, code, status) in [
            ("push", 0, "skipped"),
            ("by commit", 2, "failed"),
            ("by hand", 3, "unknown"),
        ] {
            let mut held = held_up(t, "PUT", &id).await;
            let asked = match run {
                "push" => t.auto_push("main"),
                "by commit" => t.deploy().args(["--commit", &t.repository.head("main")]),
                _ => t.deploy(),
            };
            let update = asked.env("DIGITALOCEAN_API_URL", &held.url()).start().await;
            held.reached().await;
            t.push("main", format!("after {run}").as_str());
            let between = held.go();
            let update = update.end().await;
            update
                .fails_with(code)
                .does_not_say("Planning again: `shop` is no longer");
            assert_eq!(update.output("status"), status, "{run}: {}", update.shown());
            t.expect_serving("shop", "first").await;
            drop(between);
        }
    })
    .await;
}

#[tokio::test]
async fn a_rollback_that_was_held_up_never_takes_away_the_fix_that_came_meanwhile() {
    for by_a_person in [false, true] {
        run_with(
            Change::whole_app("first").spec(&without_job()),
            async |t: &mut Tester| {
                t.deploy().await.succeeds();
                let config = if by_a_person { "" } else { FAILING_CHECK };
                t.push("main", Change::version("second").config(config));
                if by_a_person {
                    t.deploy().await.succeeds();
                }
                let mut held = held_up(t, "POST", "/rollback").await;
                let back = match by_a_person {
                    true => t.command(["rollback"]),
                    false => t.deploy(),
                };
                let back = back.env("DIGITALOCEAN_API_URL", &held.url()).start().await;
                held.reached().await;
                t.push("main", Change::version("fixed").config(""));
                t.deploy().await.succeeds();
                let between = held.go();
                let back = back.end().await;
                back.fails_with(if by_a_person { 3 } else { 1 })
                    .says("was made before the request could be sent again");
                t.expect_serving("shop", "fixed").await;
                assert!(t.app("shop").await["pinned_deployment"].is_null());
                drop(between);
            },
        )
        .await;
    }
}
