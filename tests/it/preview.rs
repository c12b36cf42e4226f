//! Previews: an app of its own per pull request, with SQLite, marked as ours, and never with production's secrets.

use nix::sys::signal::Signal;
use serde_json::json;

use crate::harness::{Change, Gate, Tester, app_env, marks, run, run_with, spec, until};

#[tokio::test]
async fn a_pull_request_gets_an_app_of_its_own() {
    run(async |t: &mut Tester| {
        t.open_pr_with(7, "feature").await;
        let preview = t.preview(7).await;
        preview.succeeds();
        assert_eq!(preview.output("status"), "ready");
        assert_eq!(preview.output("environment"), "pr-7");
        assert_eq!(preview.output("commit"), t.repository.head("feature-7"));
        assert_eq!(t.app_names().await, ["shop-pr-7"]);
        t.expect_serving("shop-pr-7", "feature").await;
    })
    .await;
}

#[tokio::test]
async fn its_migration_runs_where_its_service_runs() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.write_note("shop-pr-1", "hello").await;
        assert_eq!(t.visit("shop-pr-1", "GET", "/notes").await.json(), json!(["hello"]));
        assert!(
            t.app("shop-pr-1").await["spec"]["jobs"]
                .as_array()
                .is_none_or(Vec::is_empty)
        );
    })
    .await;
}

#[tokio::test]
async fn production_never_sees_a_previews_notes() {
    let prepared = spec(
        "run_command: do-deploy demo-app serve",
        "run_command: do-deploy demo-app migrate && do-deploy demo-app serve",
    );
    run_with(Change::whole_app("first").spec(&prepared), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.write_note("shop", "in production").await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.visit("shop-pr-1", "GET", "/notes").await.json(), json!([]));
        t.write_note("shop-pr-1", "in the preview").await;
        assert_eq!(t.visit("shop", "GET", "/notes").await.json(), json!(["in production"]));
    })
    .await;
}

#[tokio::test]
async fn a_second_push_updates_the_same_app_and_edits_the_same_comment() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let first = t.preview(1).await.succeeds().output("app-id");
        let comment = t.comments(1).await[0]["id"].clone();
        t.push(1, "second");
        assert_eq!(t.preview(1).await.succeeds().output("app-id"), first);
        assert_eq!(t.comments(1).await.len(), 1);
        assert_eq!(t.comments(1).await[0]["id"], comment);
        t.expect_serving("shop-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn keeps_first_version_up_when_second_is_broken() {
    run(async |t: &mut Tester| {
        t.open_pr(7).await;
        t.preview(7).await.succeeds();
        t.push_broken(7);
        t.preview(7).await.fails_with(1);
        t.expect_serving("shop-pr-7", "first").await;
    })
    .await;
}

#[tokio::test]
async fn is_green_again_after_the_fix() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "boom\n")).await;
        assert_eq!(t.preview(1).await.fails_with(1).output("status"), "failed");
        t.push(1, Change::version("fixed").without("CRASH"));
        t.preview(1).await.succeeds();
        t.expect_serving("shop-pr-1", "fixed").await;
    })
    .await;
}

#[tokio::test]
async fn is_marked_as_ours_for_this_pull_request() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let app = t.app("shop-pr-1").await;
        assert_eq!(app_env(&app, "DO_DEPLOY_ENVIRONMENT")["value"], "pr-1");
        assert_eq!(
            app_env(&app, "DO_DEPLOY_COMMIT")["value"],
            t.repository.head("feature-1")
        );
    })
    .await;
}

#[tokio::test]
async fn builds_the_pull_requests_branch_and_leaves_the_trigger_to_us() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let github = t.app("shop-pr-1").await["spec"]["services"][0]["github"].clone();
        assert_eq!(github["branch"], "feature-1");
        assert_ne!(github["deploy_on_push"], true);
    })
    .await;
}

#[tokio::test]
async fn has_one_small_instance_and_neither_domains_nor_alerts() {
    let big = spec(
        "instance_count: 1\n    instance_size_slug: apps-s-1vcpu-0.5gb",
        "instance_count: 3\n    instance_size_slug: apps-s-1vcpu-2gb",
    );
    let big = big.replace(
        "services:",
        "domains:\n  - domain: shop.example.com\n    type: PRIMARY\nalerts:\n  - rule: DEPLOYMENT_FAILED\nservices:",
    );
    run_with(Change::whole_app("first").spec(&big), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let spec = t.app("shop-pr-1").await["spec"].clone();
        assert_eq!(spec["services"][0]["instance_count"], 1);
        assert_ne!(spec["services"][0]["instance_size_slug"], "apps-s-1vcpu-2gb");
        assert!(spec["domains"].is_null() && spec["alerts"].is_null(), "{spec:#}");
    })
    .await;
}

#[tokio::test]
async fn replaces_a_database_by_sqlite() {
    let postgres = spec("value: sqlite:////tmp/notes.db", "value: ${db.DATABASE_URL}")
        + "databases:\n  - name: db\n    engine: PG\n    version: \"16\"\n";
    run_with(Change::whole_app("first").spec(&postgres), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let app = t.app("shop-pr-1").await;
        assert!(app["spec"]["databases"].is_null(), "{app:#}");
        let envs = app["spec"]["services"][0]["envs"].as_array().unwrap();
        let url = envs.iter().find(|env| env["key"] == "DATABASE_URL").unwrap();
        assert!(url["value"].as_str().unwrap().starts_with("sqlite:///"), "{url}");
    })
    .await;
}

#[tokio::test]
async fn never_gets_productions_secrets_and_says_which() {
    let secret = spec(
        "    envs:\n      - key: DATABASE_URL",
        "    envs:\n      - key: STRIPE_KEY\n        type: SECRET\n      - key: DATABASE_URL",
    );
    run_with(Change::whole_app("first").spec(&secret), async |t: &mut Tester| {
        let stripe = t.secret("STRIPE_KEY");
        t.open_pr(1).await;
        t.preview(1)
            .env("STRIPE_KEY", &stripe)
            .await
            .succeeds()
            .says("STRIPE_KEY")
            .says("Not set in previews");
        let envs = t.app("shop-pr-1").await["spec"]["services"][0]["envs"].to_string();
        assert!(!envs.contains("STRIPE_KEY"), "{envs}");
    })
    .await;
}

#[tokio::test]
async fn gets_the_envs_that_its_own_table_names() {
    let config =
        "[preview]\nenv = { API_KEY = { from = \"PREVIEW_API_KEY\" }, JWT_SECRET = \"generate\", FLAG = \"on\" }\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        let key = t.secret("PREVIEW_API_KEY");
        t.open_pr(1).await;
        t.preview(1).env("PREVIEW_API_KEY", &key).await.succeeds();
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        for name in ["API_KEY", "JWT_SECRET", "FLAG"] {
            assert!(spec.contains(name), "{name} is not in {spec}");
        }
    })
    .await;
}

#[tokio::test]
async fn cuts_a_long_name_in_the_apps_part() {
    let long = spec("name: shop\n", "name: a-shop-with-a-very-long-name-x\n");
    run_with(Change::whole_app("first").spec(&long), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let name = t.app_names().await.remove(0);
        assert!(name.ends_with("-pr-1") && name.len() <= 32, "{name}");
    })
    .await;
}

#[tokio::test]
async fn previews_of_two_pull_requests_do_not_disturb_each_other() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, "one").await;
        t.open_pr_with(2, "two").await;
        let (one, two) = tokio::join!(t.preview(1), t.preview(2));
        one.succeeds();
        two.succeeds();
        t.expect_serving("shop-pr-1", "one").await;
        t.expect_serving("shop-pr-2", "two").await;
    })
    .await;
}

// Why there is no preview

async fn is_skipped(t: &Tester, why: &str) {
    let skipped = t.preview(1).await;
    skipped.succeeds().says(why);
    assert_eq!(skipped.output("status"), "skipped");
    assert_eq!(t.app_names().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_draft_gets_none() {
    run(async |t: &mut Tester| {
        t.push("feature-1", "first");
        t.open_pr_as(
            1,
            json!({ "head": "feature-1", "base": "main", "title": "Draft", "draft": true }),
        )
        .await;
        is_skipped(t, "draft").await;
    })
    .await;
}

#[tokio::test]
async fn a_draft_gets_one_where_drafts_are_wanted() {
    run_with(
        Change::whole_app("first").config("[preview]\ndrafts = true\n"),
        async |t: &mut Tester| {
            t.push("feature-1", "first");
            t.open_pr_as(
                1,
                json!({ "head": "feature-1", "base": "main", "title": "Draft", "draft": true }),
            )
            .await;
            assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
        },
    )
    .await;
}

#[tokio::test]
async fn a_bot_gets_none() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("bump").by("renovate[bot]")).await;
        is_skipped(t, "bot").await;
    })
    .await;
}

#[tokio::test]
async fn without_the_label_there_is_none_and_with_it_there_is() {
    run_with(
        Change::whole_app("first").config("[preview]\nlabel = \"preview\"\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            is_skipped(t, "label").await;
            t.label_pr(1, "preview").await;
            assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
        },
    )
    .await;
}

#[tokio::test]
async fn a_fork_gets_none() {
    run(async |t: &mut Tester| {
        t.push("feature-1", "first");
        t.open_pr_as(
            1,
            json!({ "head": "stranger:feature-1", "base": "main", "title": "Fork" }),
        )
        .await;
        is_skipped(t, "fork").await;
    })
    .await;
}

#[tokio::test]
async fn a_closed_pull_request_gets_none() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.close_pr(1).await;
        is_skipped(t, "closed").await;
    })
    .await;
}

#[tokio::test]
async fn switched_off_means_none() {
    run_with(
        Change::whole_app("first").config("[preview]\nenabled = false\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            is_skipped(t, "switched off").await;
        },
    )
    .await;
}

#[tokio::test]
async fn no_more_than_the_limit() {
    run_with(
        Change::whole_app("first").config("[preview]\nlimit = 1\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.open_pr(2).await;
            t.preview(1).await.succeeds();
            let second = t.preview(2).await;
            assert_eq!(second.succeeds().says("limit").output("status"), "skipped");
            assert_eq!(t.app_names().await, ["shop-pr-1"]);
            t.push(1, "second");
            assert_eq!(
                t.preview(1).await.succeeds().output("status"),
                "ready",
                "its own preview counts as there"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn only_this_repositorys_previews_count_towards_the_limit() {
    run_with(
        Change::whole_app("first").config("[preview]\nlimit = 1\n"),
        async |t: &mut Tester| {
            t.somebody_creates("theirs-pr-9", marks(1, "pr-9")).await;
            t.somebody_creates("no-preview", marks(t.repository_id().await, "production"))
                .await;
            t.open_pr(1).await;
            assert_eq!(t.preview(1).await.succeeds().output("status"), "ready");
        },
    )
    .await;
}

// Never wrong, never stuck

/// The notes service whose build waits at the gate.
fn built_behind(gate: &Gate) -> Change {
    let slow = spec(
        "    run_command: do-deploy demo-app serve",
        &format!(
            "    build_command: {}\n    run_command: do-deploy demo-app serve",
            gate.wait()
        ),
    );
    Change::whole_app("first").spec(&slow)
}

#[tokio::test]
async fn a_cancelled_run_cancels_its_deployment_and_says_so() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        running.signal(Signal::SIGTERM);
        let cancelled = running.end().await;
        cancelled.fails_with(143);
        let comment = cancelled.comment(1).to_lowercase();
        assert!(comment.contains("cancelled"), "{comment}");
        let cancels = cancelled
            .changes()
            .into_iter()
            .filter(|call| call.ends_with("/cancel 200"));
        assert_eq!(cancels.count(), 1, "{cancelled}");
        t.settled().await;
        assert_eq!(t.rollouts("shop-pr-1").await[0]["phase"], "CANCELED");
    })
    .await;
    drop(gate);
}

#[tokio::test]
async fn a_push_during_the_deployment_is_mentioned() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        let newer = t.push(1, "second");
        drop(gate);
        let overtaken = running.end().await;
        let note = format!("has moved on to `{}`", &newer[..7]);
        let comment = overtaken.succeeds().comment(1);
        assert!(comment.contains(&note), "{comment}");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_closed_meanwhile_leaves_no_app() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let running = t.preview(1).start().await;
        until("the preview's app is there", async || {
            (!t.app_names().await.is_empty()).then_some(())
        })
        .await;
        t.close_pr(1).await;
        running.end().await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn run_again_after_it_was_killed_ends_as_if_nothing_had_happened() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let running = t.preview(1).start().await;
        until("the preview's app is there", async || {
            (!t.app_names().await.is_empty()).then_some(())
        })
        .await;
        running.signal(Signal::SIGKILL);
        running.end().await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        assert_eq!(t.comments(1).await.len(), 1);
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_to_the_creation_makes_no_second_app() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault("POST", "^/v2/apps$", "drop-after").await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn could_not_find_out_is_a_warning_in_a_workflow_run() {
    let health = json!([
        { "method": "GET", "path": "^/v2/apps/[^/]+/health$", "nth": 1, "times": 1000, "do": "status:500" },
    ]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.faults(&health).await;
        let unknown = t.preview(1).await;
        assert_eq!(unknown.succeeds().says("::warning").output("status"), "unknown");
        t.faults(&json!([])).await;
    })
    .await;
}

#[tokio::test]
async fn could_not_find_out_is_3_on_a_machine() {
    let health = json!([
        { "method": "GET", "path": "^/v2/apps/[^/]+/health$", "nth": 1, "times": 1000, "do": "status:500" },
    ]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.faults(&health).await;
        t.preview(1).locally().await.fails_with(3);
        t.faults(&json!([])).await;
    })
    .await;
}
