//! The app of an environment: created, updated, marked, and proven to serve.

use crate::harness::{Change, Tester, app_env, run, run_with, spec};

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

#[tokio::test]
async fn a_spec_that_builds_another_branch_than_the_one_deployed_is_refused() {
    run_with(
        Change::whole_app("first").spec(&spec("branch: main", "branch: release")),
        async |t: &mut Tester| {
            t.deploy()
                .await
                .fails_with(2)
                .touches_nothing()
                .says("`release`")
                .says("`main`");
        },
    )
    .await;
}
