//! What happens to one app of production is that app's alone: it is rolled back, missed and found as it is without the others.

use serde_json::Value;

use super::manifest;
use super::production::{CONFIG, front_and_api, rows, versions};
use crate::harness::{Change, Tester, run_with};

#[tokio::test]
async fn one_that_is_found_bad_is_rolled_back_without_the_other() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let check = "[apps.api.health]\ntimeout = \"5s\"\nchecks = [{ path = \"/nowhere\", status = 200 }]\n";
        t.push("main", versions("second").config(&format!("{CONFIG}{check}")));
        let pushed = t.deploy().await;
        pushed.fails_with(1).says("api: Rolling back to deployment");
        assert_eq!(rows(&pushed), ["front ready", "api failed"]);
        t.expect_serving("front", "second").await;
        t.expect_serving("api", "first").await;
    })
    .await;
}

#[tokio::test]
async fn the_nightly_run_names_the_app_that_a_push_was_not_deployed_to() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let nightly = || t.command(["auto"]).on_event("schedule", "name=schedule");
        nightly().await.succeeds();
        t.push("main", versions("second"));
        t.deploy().args(["--app", "front"]).await.succeeds();
        let red = nightly().await;
        insta::assert_snapshot!(t.redact(red.fails_with(1).summary()), @"
        ### ❌ Failed: api, production

        **Cause:** `api`: `production` runs `[first]`, but `main` is at `[second]`: no run has deployed it. GitHub starts none after a merge by `GITHUB_TOKEN` (auto-merge), for a disabled workflow, or for paths that the workflow's filter leaves out; or a run waits for approval

        **Next:** deploy it with `gh workflow run do-deploy-redeploy.yml -f command=deploy -f environment=production -f app=api -f commit=[commit second]`, after a rollback also with `-f release=true`. Where it is meant to stay, set `nightly = false` for this environment in `do-deploy.toml`
        ");
        t.deploy().args(["--app", "api"]).await.succeeds();
        nightly().await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn an_app_is_rolled_back_by_its_mark_where_the_configuration_is_broken() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", versions("second"));
        t.deploy().await.succeeds();
        t.push("main", Change::version("third").config("[apps"));
        let which = t.command(["rollback"]).await;
        which
            .fails_with(2)
            .touches_nothing()
            .says("`production` has several apps: `api`, `front`");
        t.command(["rollback", "--app", "api"])
            .await
            .succeeds()
            .says("`api` is known by its marks");
        t.expect_serving("api", "first").await;
        t.expect_serving("front", "second").await;
    })
    .await;
}

#[tokio::test]
async fn the_merged_pull_request_hears_which_app_was_rolled_back() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.auto_push("main").await.succeeds();
        t.open_pr_with(1, versions("second")).await;
        t.merge_pr(1).await;
        t.auto_push("main").await.succeeds();
        let back = t.command(["rollback", "--app", "api"]).await;
        let summary = back.succeeds().summary();
        let release = "`do-deploy deploy --environment production --app api --release`";
        assert!(summary.contains(release), "{summary}");
        let comment = back.comment(1);
        assert!(
            comment.contains("⏪ `api` was rolled back in production at "),
            "{comment}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_named_for_one_app_needs_the_app() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        let digest = format!("web=sha256:{}", "0".repeat(64));
        for flags in [["--images", &digest], ["--replace", "region"]] {
            let refused = t.deploy().args(flags).await;
            refused
                .fails_with(2)
                .touches_nothing()
                .says(&format!(
                    "`{}` is about one app, and the repository has several",
                    flags[0]
                ))
                .says("--app NAME");
        }
    })
    .await;
}

#[tokio::test]
async fn an_environment_has_the_apps_that_have_a_file_for_it() {
    let staging = "[environments.staging]\nbranch = \"main\"\n";
    run_with(front_and_api(&format!("{staging}{CONFIG}")), async |t: &mut Tester| {
        let refused = t.command(["deploy", "--environment", "staging"]).await;
        refused
            .fails_with(2)
            .touches_nothing()
            .says("no app is deployed to staging");
        let spec = "environments.staging.spec = \"api/staging.yaml\"\n";
        let file = manifest("api-staging", "api");
        let change = versions("second")
            .config(&format!("{staging}{CONFIG}{spec}"))
            .file("api/staging.yaml", &file);
        t.push("main", change);
        let refused = t
            .command(["deploy", "--environment", "staging", "--app", "front"])
            .await;
        refused
            .fails_with(2)
            .touches_nothing()
            .says("app `front` is not deployed to staging");
        t.command(["deploy", "--environment", "staging"]).await.succeeds();
        assert_eq!(t.app_names().await, ["api-staging"]);
    })
    .await;
}

#[tokio::test]
async fn a_push_that_both_serve_already_is_not_deployed_again() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.auto_push("main").await.succeeds();
        let again = t.auto_push("main").await;
        again.succeeds().touches_nothing();
        assert_eq!(rows(&again), ["front skipped", "api skipped"]);
        insta::assert_snapshot!(t.redact(again.summary()), @"
        ### ⏭️ Skipped: front, production

        Not deployed: `[first]` serves already; `do-deploy redeploy --app front` deploys it again

        ### ⏭️ Skipped: api, production

        Not deployed: `[first]` serves already; `do-deploy redeploy --app api` deploys it again
        ");
    })
    .await;
}

#[tokio::test]
async fn a_preview_of_both_is_found_as_it_is() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.open_pr_with(1, versions("second")).await;
        t.preview(1).await.succeeds();
        let verified = t.command(["verify", "--pr", "1", "--json"]).locally().await;
        let verified = verified.succeeds().json();
        let apps: Vec<&Value> = verified["apps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["app"])
            .collect();
        assert_eq!(apps, ["front-pr-1", "api-pr-1"]);
        t.label_pr(1, "documentation").await;
        let payload = t.event("name=workflow_run&number=1").await;
        let labelled = t
            .command(["auto", "--pr", "1"])
            .without_checkout()
            .on_payload("workflow_run", payload);
        labelled
            .await
            .succeeds()
            .touches_nothing()
            .says("already: it stays as it is");
    })
    .await;
}
