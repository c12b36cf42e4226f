//! Production: created, updated, adopted, judged and, where it is safe, rolled back.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::harness::{Change, Gate, Tester, app_env, run, run_with, spec, without_job};

#[tokio::test]
async fn first_deploy_creates_the_app_and_proves_that_it_serves() {
    run(async |t: &mut Tester| {
        let deployed = t.deploy().await;
        deployed.succeeds();
        assert_eq!(deployed.output("status"), "ready");
        assert_eq!(deployed.output("environment"), "production");
        assert_eq!(deployed.output("commit"), t.repository.head("main"));
        assert_eq!(deployed.output("app-id"), t.app("shop").await["id"]);
        assert_eq!(deployed.output("url").trim_end_matches('/'), t.url_of("shop").await);
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn second_deploy_updates_the_same_app() {
    run(async |t: &mut Tester| {
        let first = t.deploy().await.succeeds().output("app-id");
        t.push("main", "second");
        let second = t.deploy().await;
        assert_eq!(second.succeeds().output("app-id"), first);
        assert_eq!(t.app_names().await, ["shop"]);
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn names_the_deployment_that_it_watched() {
    run(async |t: &mut Tester| {
        let deployed = t.deploy().await;
        let newest = t.rollouts("shop").await.remove(0);
        assert_eq!(deployed.succeeds().output("deployment-id"), newest["id"]);
    })
    .await;
}

#[tokio::test]
async fn keeps_first_version_up_when_second_is_broken() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push_broken("main");
        let broken = t.deploy().await;
        assert_eq!(broken.fails_with(1).output("status"), "failed");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn says_which_commit_still_serves_after_a_bad_end() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let serving = t.repository.head("main");
        t.push_broken("main");
        t.deploy().await.fails_with(1).says(&serving[..7]).says("SHOP_SECRET");
    })
    .await;
}

#[tokio::test]
async fn a_failing_migration_fails_the_deployment_and_shows_its_error() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let wrong = Change::version("second").file("migrations/002_wrong.sql", "ALTER TABLE nowhere ADD COLUMN x;\n");
        t.push("main", wrong);
        t.deploy()
            .await
            .fails_with(1)
            .says("002_wrong.sql")
            .says("no such table");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn marks_the_app_as_ours() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let repository = t.github("GET", "/repos/org/shop", None).await.expect(200);
        let app = t.app("shop").await;
        assert_eq!(
            app_env(&app, "DO_DEPLOY_REPOSITORY")["value"],
            repository["id"].to_string()
        );
        assert_eq!(app_env(&app, "DO_DEPLOY_ENVIRONMENT")["value"], "production");
        assert_eq!(app_env(&app, "DO_DEPLOY_ENVIRONMENT")["scope"], "RUN_TIME");
    })
    .await;
}

#[tokio::test]
async fn switches_the_platforms_own_trigger_off_and_says_so() {
    let two_triggers = spec(
        "branch: main\n    run_command",
        "branch: main\n      deploy_on_push: true\n    run_command",
    );
    run_with(
        Change::whole_app("first").spec(&two_triggers),
        async |t: &mut Tester| {
            t.deploy().await.succeeds().says("deploy_on_push");
            let app = t.app("shop").await;
            assert_ne!(app["spec"]["services"][0]["github"]["deploy_on_push"], true);
        },
    )
    .await;
}

#[tokio::test]
async fn moves_the_github_deployment_to_success() {
    run(async |t: &mut Tester| {
        let url = t.deploy().await.succeeds().output("url");
        let deployment = t.deployments("production").await.remove(0);
        assert_eq!(deployment["state"], "success");
        assert_eq!(deployment["sha"], t.repository.head("main"));
        let status = &deployment["statuses"][0];
        assert_eq!(
            status["environment_url"].as_str().unwrap().trim_end_matches('/'),
            url.trim_end_matches('/')
        );
        assert!(
            status["log_url"].as_str().unwrap().contains("/org/shop/actions/runs/"),
            "{status}"
        );
    })
    .await;
}

#[tokio::test]
async fn moves_the_github_deployment_to_failure() {
    run_with(
        Change::whole_app("first").file("CRASH", "no\n"),
        async |t: &mut Tester| {
            t.deploy().await.fails_with(1);
            assert_eq!(t.deployment_states("production").await, ["failure"]);
        },
    )
    .await;
}

#[tokio::test]
async fn one_line_on_the_merged_pull_request_says_since_when_it_is_in_production() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.merge_pr(1).await;
        t.teardown(1).await.succeeds();
        let comment = t.deploy().await.succeeds().comment(1).to_lowercase();
        assert!(comment.contains("in production since"), "{comment}");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_touches_nothing() {
    run(async |t: &mut Tester| {
        t.deploy().arg("--dry-run").await.succeeds().touches_nothing();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn deploys_a_named_environment_from_its_own_branch_and_spec() {
    let config = "[environments.staging]\nbranch = \"staging\"\nspec = \".do/staging.yaml\"\n";
    let staging = spec("name: shop\n", "name: shop-staging\n").replace("branch: main", "branch: staging");
    let first = Change::whole_app("first")
        .config(config)
        .file(".do/staging.yaml", &staging);
    run_with(first, async |t: &mut Tester| {
        t.push("staging", "next");
        let deployed = t.command(["deploy", "--environment", "staging"]).at("staging").await;
        assert_eq!(deployed.succeeds().output("environment"), "staging");
        t.expect_serving("shop-staging", "next").await;
        assert_eq!(t.deployment_states("staging").await, ["success"]);
    })
    .await;
}

#[tokio::test]
async fn stops_when_the_branch_is_not_at_the_commit_asked_for() {
    run(async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", "second");
        let stopped = t.deploy().args(["--commit", &first]).await;
        stopped.fails_with(2).touches_nothing().says(&first[..7]);
    })
    .await;
}

#[tokio::test]
async fn works_on_a_machine_without_a_runner() {
    run(async |t: &mut Tester| {
        t.deploy().locally().await.succeeds().does_not_say("::");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

// Secrets

fn with_secrets() -> String {
    let secrets = "health_check:\n      http_path: /health\n    envs:\n      - key: STRIPE_KEY\n        scope: RUN_TIME\n        \
                   type: SECRET\n      - key: MAIL_KEY\n        scope: RUN_TIME\n        type: SECRET\n";
    spec("health_check:\n      http_path: /health\n    envs:\n", secrets)
}

#[tokio::test]
async fn lists_every_missing_secret_at_once_and_touches_nothing() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            t.deploy()
                .await
                .fails_with(2)
                .touches_nothing()
                .says("STRIPE_KEY")
                .says("MAIL_KEY");
        },
    )
    .await;
}

#[tokio::test]
async fn takes_secrets_from_the_steps_environment_and_shows_them_nowhere() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            let (stripe, mail) = (t.secret("STRIPE_KEY"), t.secret("MAIL_KEY"));
            t.deploy()
                .env("STRIPE_KEY", &stripe)
                .env("MAIL_KEY", &mail)
                .await
                .succeeds();
            let app = t.app("shop").await;
            let kept = service_env(&app, "STRIPE_KEY")["value"].as_str().unwrap();
            assert!(kept.starts_with("EV["), "{kept}");
        },
    )
    .await;
}

#[tokio::test]
async fn keeps_the_secrets_that_the_live_app_has() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            let (stripe, mail) = (t.secret("STRIPE_KEY"), t.secret("MAIL_KEY"));
            t.deploy()
                .env("STRIPE_KEY", &stripe)
                .env("MAIL_KEY", &mail)
                .await
                .succeeds();
            t.push("main", "second");
            t.deploy().await.succeeds();
            t.expect_serving("shop", "second").await;
        },
    )
    .await;
}

#[tokio::test]
async fn an_empty_secret_counts_as_missing() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            let mail = t.secret("MAIL_KEY");
            let stopped = t.deploy().env("STRIPE_KEY", "").env("MAIL_KEY", &mail).await;
            stopped
                .fails_with(2)
                .touches_nothing()
                .says("STRIPE_KEY")
                .does_not_say("MAIL_KEY");
        },
    )
    .await;
}

// Adoption

#[tokio::test]
async fn adopts_an_app_that_somebody_made_by_hand() {
    run(async |t: &mut Tester| {
        t.app_by_hand("shop", |_| {}).await;
        let id = t.app("shop").await["id"].clone();
        t.deploy().await.succeeds().says("adopt");
        let app = t.app("shop").await;
        assert_eq!(app["id"], id);
        assert_eq!(app_env(&app, "DO_DEPLOY_ENVIRONMENT")["value"], "production");
    })
    .await;
}

#[tokio::test]
async fn does_not_adopt_an_app_that_has_what_the_file_lacks() {
    let extra = |spec: &mut Value| spec["services"][0]["envs"] = json!([{ "key": "BY_HAND", "value": "1" }]);
    run(async |t: &mut Tester| {
        t.app_by_hand("shop", extra).await;
        t.deploy()
            .await
            .fails_with(2)
            .touches_nothing()
            .says("BY_HAND")
            .says("adopt");
    })
    .await;
}

#[tokio::test]
async fn adopts_it_nevertheless_when_told_to() {
    let extra = |spec: &mut Value| spec["services"][0]["envs"] = json!([{ "key": "BY_HAND", "value": "1" }]);
    run_with(
        Change::whole_app("first").config("[production]\nadopt = true\n"),
        async |t: &mut Tester| {
            t.app_by_hand("shop", extra).await;
            t.deploy().await.succeeds();
            t.expect_serving("shop", "first").await;
        },
    )
    .await;
}

#[tokio::test]
async fn refuses_an_app_that_belongs_to_another_repository() {
    let foreign = |spec: &mut Value| {
        spec["envs"] = json!([
            { "key": "DO_DEPLOY_REPOSITORY", "scope": "RUN_TIME", "value": "1" },
            { "key": "DO_DEPLOY_ENVIRONMENT", "scope": "RUN_TIME", "value": "production" },
        ]);
    };
    run_with(
        Change::whole_app("first").config("[production]\nadopt = true\n"),
        async |t: &mut Tester| {
            t.app_by_hand("shop", foreign).await;
            t.deploy()
                .await
                .fails_with(2)
                .touches_nothing()
                .says("another repository");
        },
    )
    .await;
}

// Verdict and rollback

const CHECK: &str = "[health]\ntimeout = \"5s\"\nchecks = [{ path = \"/nowhere\", status = 200 }]\n";

#[tokio::test]
async fn rolls_back_when_a_configured_check_fails_and_no_job_changed_the_database() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(CHECK));
            t.deploy().await.fails_with(1).says("/nowhere");
            t.expect_serving("shop", "first").await;
            assert!(
                t.app("shop").await["pinned_deployment"].is_null(),
                "an automatic rollback does not pin"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn does_not_roll_back_where_a_job_may_have_changed_the_database() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").config(CHECK));
        t.deploy().await.fails_with(1).says("rollback");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn never_rolls_back_when_told_so() {
    let config = format!("[production]\nrollback = \"never\"\n{CHECK}");
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(&config));
            t.deploy().await.fails_with(1);
            t.expect_serving("shop", "second").await;
        },
    )
    .await;
}

#[tokio::test]
async fn could_not_find_out_is_neither_good_nor_bad() {
    run(async |t: &mut Tester| {
        t.faults(&json!([
            { "method": "GET", "path": "^/v2/apps/[^/]+/health$", "nth": 1, "times": 1000, "do": "status:500" },
        ]))
        .await;
        let unknown = t.deploy().await;
        assert_eq!(unknown.fails_with(3).output("status"), "unknown");
        t.faults(&json!([])).await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_to_the_creation_makes_no_second_app() {
    run(async |t: &mut Tester| {
        t.fault("POST", "^/v2/apps$", "drop-after").await;
        t.deploy().await.succeeds();
        assert_eq!(t.app_names().await, ["shop"]);
    })
    .await;
}

#[tokio::test]
async fn a_server_error_while_waiting_is_survived() {
    run(async |t: &mut Tester| {
        t.fault("GET", "^/v2/apps/[^/]+/deployments/[^/]+$", "status:502").await;
        t.deploy().await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_server_that_only_fails_is_could_not_find_out() {
    run(async |t: &mut Tester| {
        t.faults(&json!([{ "method": "GET", "path": "^/v2/apps", "nth": 1, "times": 1000, "do": "status:500" }]))
            .await;
        t.deploy().await.fails_with(3);
        t.faults(&json!([])).await;
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_newer_deployment_wins_over_one_that_is_still_building() {
    let gate = Gate::closed().await;
    let stuck = format!("if grep -q first VERSION; then {}; fi", gate.wait());
    run_with(built_with(&stuck), async |t: &mut Tester| {
        let mut first = t.deploy().start().await;
        first.says("building").await;
        t.push("main", "second");
        t.deploy().await.succeeds();
        let superseded = first.end().await;
        superseded.fails_with(3).says("took the place of");
        t.expect_serving("shop", "second").await;
    })
    .await;
    drop(gate);
}

/// The notes service with a build command of its own.
fn built_with(command: &str) -> Change {
    let built = spec(
        "    run_command: do-deploy demo-app serve",
        &format!("    build_command: {command}\n    run_command: do-deploy demo-app serve"),
    );
    Change::whole_app("first").spec(&built)
}

#[tokio::test]
async fn ends_with_143_when_it_is_cancelled() {
    run(async |t: &mut Tester| {
        let mut running = t.deploy().start().await;
        running.says("shop").await;
        running.signal(Signal::SIGTERM);
        running.end().await.fails_with(143);
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_run_leaves_productions_deployment_to_finish() {
    let gate = Gate::closed().await;
    run_with(built_with(&gate.wait()), async |t: &mut Tester| {
        let mut running = t.deploy().start().await;
        running.says("building").await;
        running.signal(Signal::SIGTERM);
        let cancelled = running.end().await;
        let changes = cancelled.fails_with(143).changes();
        assert!(
            !changes.iter().any(|call| call.contains("/cancel ")),
            "the platform's deployment was cancelled by {cancelled}"
        );
        drop(gate);
        t.settled().await;
        t.expect_serving("shop", "first").await;
    })
    .await;
}

fn service_env<'a>(app: &'a Value, key: &str) -> &'a Value {
    let envs = app["spec"]["services"][0]["envs"].as_array().unwrap();
    envs.iter()
        .find(|env| env["key"] == key)
        .unwrap_or_else(|| panic!("no env `{key}` in {envs:#?}"))
}
