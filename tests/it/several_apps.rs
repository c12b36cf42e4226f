//! Two apps of one repository in one environment: each run changes its own, and the end of a pull request is the end of
//! both.

use serde_json::{Value, json};

use crate::harness::{Change, Gate, Tester, app_env, built_at, marks_of_app, run};

/// An app of the repository that is not the one of its app spec.
async fn api(t: &Tester, name: &str, environment: &str) -> Value {
    t.somebody_creates(name, marks_of_app(t.repository_id().await, environment, "api"))
        .await
}

/// GitHub's record of a deployment of that app, which went well.
async fn record_api(t: &Tester, environment: &str, branch: &str, payload: Value) {
    let made = json!({
        "ref": t.repository.head(branch), "environment": environment, "payload": payload,
        "auto_merge": false, "required_contexts": [], "transient_environment": environment == "preview",
    });
    let deployments = "/repos/org/shop/deployments";
    let made = t.github("POST", deployments, Some(&made)).await.expect(201);
    let statuses = format!("{deployments}/{}/statuses", made["id"]);
    let success = json!({ "state": "success" });
    t.github("POST", &statuses, Some(&success)).await.expect(201);
}

async fn is_untouched(t: &Tester, before: &Value) {
    let after = t.app(before["spec"]["name"].as_str().unwrap()).await;
    assert_eq!((&after["id"], &after["spec"]), (&before["id"], &before["spec"]));
}

/// The apps that `status` shows, with their environments.
async fn shown(t: &Tester) -> Vec<String> {
    let status = t.command(["status", "--json"]).locally().await;
    let status = status.succeeds().touches_nothing().json();
    let apps = status["apps"].as_array().unwrap().iter();
    let mut shown: Vec<String> = apps
        .map(|app| {
            format!(
                "{} {}",
                app["environment"].as_str().unwrap(),
                app["app"].as_str().unwrap()
            )
        })
        .collect();
    shown.sort();
    shown
}

#[tokio::test]
async fn production_is_deployed_and_rolled_back_without_its_neighbour() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let before = api(t, "api", "production").await;
        t.push("main", "second");
        t.deploy().await.succeeds();
        t.expect_serving("shop", "second").await;
        t.command(["redeploy"]).await.succeeds();
        t.command(["rollback"]).await.succeeds();
        t.expect_serving("shop", "first").await;
        is_untouched(t, &before).await;
        assert_eq!(shown(t).await, ["production api", "production shop"]);
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_updated_without_its_neighbour() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let before = api(t, "api-pr-1", "pr-1").await;
        t.push(1, "second");
        t.preview(1).await.succeeds();
        t.expect_serving("shop-pr-1", "second").await;
        is_untouched(t, &before).await;
        assert_eq!(shown(t).await, ["pr-1 api-pr-1", "pr-1 shop-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_pull_request_removes_every_app_of_it() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        api(t, "api-pr-1", "pr-1").await;
        let other = api(t, "api-pr-2", "pr-2").await;
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, ["api-pr-2"]);
        is_untouched(t, &other).await;
    })
    .await;
}

#[tokio::test]
async fn a_sweep_removes_every_app_of_a_closed_pull_request_and_reports_each() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        api(t, "api-pr-1", "pr-1").await;
        t.close_pr(1).await;
        let swept = t.command(["sweep", "--json"]).await;
        let mut apps: Vec<Value> = swept.succeeds().json()["swept"].as_array().unwrap().clone();
        apps.sort_by_key(|app| app["app"].as_str().unwrap().to_owned());
        let row = |app| json!({ "app": app, "pull_request": 1, "reason": "its pull request is closed" });
        assert_eq!(apps, [row("api-pr-1"), row("shop-pr-1")]);
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_preview_stays_while_one_of_its_apps_is_in_use() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.advance(100 * 24 * 60 * 60).await;
        api(t, "api-pr-1", "pr-1").await;
        t.command(["sweep"]).await.succeeds().says("Nothing to sweep");
        assert_eq!(t.app_names().await, ["api-pr-1", "shop-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn the_records_of_one_app_do_not_end_anothers() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        record_api(t, "preview", "feature-1", json!({ "pr": 1, "app": "api" })).await;
        t.preview(1).await.succeeds();
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let states = async || {
            let all = t.deployments("preview").await;
            let state = |it: &Value| format!("{} {}", it["payload"]["app"], it["state"]).replace('"', "");
            all.iter().map(state).collect::<Vec<_>>()
        };
        assert_eq!(states().await, ["shop success", "shop inactive", "api success"]);
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(states().await, ["shop inactive", "shop inactive", "api inactive"]);
    })
    .await;
}

#[tokio::test]
async fn the_only_app_takes_its_mark_back() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let before = t.app("shop").await;
        t.change_in_panel("shop", |spec| {
            let envs = spec["envs"].as_array_mut().unwrap();
            let mark = envs.iter_mut().find(|env| env["key"] == "DO_DEPLOY_APP").unwrap();
            mark["value"] = json!("api");
        })
        .await;
        t.deploy().await.succeeds();
        let after = t.app("shop").await;
        assert_eq!(after["id"], before["id"]);
        assert_eq!(app_env(&after, "DO_DEPLOY_APP")["value"], "shop");
    })
    .await;
}

#[tokio::test]
async fn the_merged_pull_request_hears_of_each_app_that_its_commit_is_deployed_to() {
    run(async |t: &mut Tester| {
        let gate = Gate::closed().await;
        t.open_pr_with(1, Change::version("second").spec(&built_at(&gate)))
            .await;
        t.merge_pr(1).await;
        let mut running = t.deploy().start().await;
        running.says("building").await;
        record_api(t, "production", "main", json!({ "app": "api" })).await;
        drop(gate);
        running.end().await.succeeds();
        assert!(t.comment(1).await.contains("Deployed to production"));
    })
    .await;
}
