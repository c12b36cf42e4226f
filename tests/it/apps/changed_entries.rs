//! A repository that grows, and entries that are renamed or taken out: each app stays whose it was, and none is taken for another.

use super::previews::changes_both;
use super::production::{CONFIG as TWO, front_and_api, rows, version_of, versions};
use super::{CONFIG, both, manifest, version};
use crate::harness::{Change, Tester, app_env, run_with};

/// A front end besides the one app that the repository had.
fn grown() -> Change {
    version_of(Change::version("second"), "front", "second")
        .config("[apps.front]\nspec = \"front/app.yaml\"\n\n[apps.api]\nspec = \".do/app.yaml\"\n")
        .file("front/app.yaml", &manifest("front", "front"))
}

#[tokio::test]
async fn a_repository_that_grows_keeps_its_app() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let before = t.app("shop").await;
        t.push("main", grown());
        let pushed = t.deploy().await;
        assert_eq!(rows(pushed.succeeds()), ["front ready", "shop ready"]);
        assert_eq!(t.app_names().await, ["front", "shop"]);
        let after = t.app("shop").await;
        assert_eq!(after["id"], before["id"]);
        assert_eq!(app_env(&after, "DO_DEPLOY_APP")["value"], "api");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn an_app_whose_entry_was_renamed_stays_and_one_whose_entry_is_gone_is_named() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let before = t.app("api").await;
        let renamed = "[apps.backend]\nspec = \"api/app.yaml\"\n\n[apps.front]\nspec = \"front/app.yaml\"\n";
        t.push("main", versions("second").config(renamed));
        t.deploy().await.succeeds().does_not_say("belongs to no app");
        let after = t.app("api").await;
        assert_eq!(after["id"], before["id"]);
        assert_eq!(app_env(&after, "DO_DEPLOY_APP")["value"], "backend");
        t.push(
            "main",
            versions("third").config("[apps.backend]\nspec = \"api/app.yaml\"\n"),
        );
        let pushed = t.deploy().await;
        pushed
            .succeeds()
            .says("`front` in production belongs to no app of `do-deploy.toml`");
        assert_eq!(t.app_names().await, ["api", "front"]);
        t.expect_serving("front", "second").await;
        t.expect_serving("api", "third").await;
    })
    .await;
}

#[tokio::test]
async fn a_repository_that_grows_from_one_app_keeps_its_preview() {
    let one = Change::version("first")
        .file("api/app.yaml", &manifest("shop-api", "api"))
        .file("api/VERSION", "first\n");
    run_with(one, async |t: &mut Tester| {
        t.open_pr_with(1, version("api", "second")).await;
        t.preview(1).await.succeeds();
        let before = t.app("shop-api-pr-1").await["id"].clone();
        t.push("main", both("both"));
        t.push(1, both("third"));
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
        assert_eq!(t.app("shop-api-pr-1").await["id"], before);
        t.expect_serving("shop-api-pr-1", "third").await;
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_preview_of_an_app_that_was_taken_out_is_named_and_goes_with_the_others() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        let at = CONFIG.find("[apps.api]").unwrap();
        let front = CONFIG[..at].replace("preview.env = { API_URL = \"${apps.api.url}\" }\n", "");
        t.push("main", Change::version("without").config(&front));
        t.push(1, version("front", "third").config(&front));
        let preview = t.preview(1).await;
        let comment = preview.succeeds().comment(1);
        assert!(
            comment.contains("`shop-api-pr-1` of this pull request belongs to no app of the repository any more"),
            "{comment}"
        );
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn an_app_with_another_key_keeps_its_preview() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        let before = t.app("shop-api-pr-1").await["id"].clone();
        let renamed = CONFIG
            .replace("[apps.api]", "[apps.backend]")
            .replace("apps.api.url", "apps.backend.url");
        t.push("main", Change::version("renamed").config(&renamed));
        t.push(1, changes_both("third").config(&renamed));
        t.preview(1).await.succeeds();
        assert_eq!(t.app("shop-api-pr-1").await["id"], before);
        assert_eq!(
            app_env(&t.app("shop-api-pr-1").await, "DO_DEPLOY_APP")["value"],
            "backend"
        );
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_renamed_app_is_told_to_go_back_to_its_own_name_and_not_to_a_neighbours() {
    run_with(both("first"), async |t: &mut Tester| {
        t.command(["deploy", "--app", "front"]).await.succeeds();
        t.command(["deploy", "--app", "api"]).await.succeeds();
        let api = "[apps.api]\nspec = \"api/app.yaml\"\n";
        let renamed = manifest("shop-new", "api");
        t.push(
            "main",
            Change::version("second").config(api).file("api/app.yaml", &renamed),
        );
        let refused = t.deploy().locally().await;
        refused.fails_with(2).says("rename it back to `shop-api`");
        assert_eq!(t.app_names().await, ["shop-api", "shop-front"]);
    })
    .await;
}

#[tokio::test]
async fn a_manifest_that_takes_a_neighbours_name_never_takes_the_neighbours_app() {
    for renamed in ["front", "shop-front"] {
        let first = front_and_api(TWO).file("front/app.yaml", &manifest(renamed, "front"));
        run_with(first, async |t: &mut Tester| {
            t.deploy().await.succeeds();
            let api = "[apps.api]\nspec = \"api/app.yaml\"\n";
            let taken = versions("second")
                .config(api)
                .file("api/app.yaml", &manifest(renamed, "api"));
            t.push("main", taken);
            let refused = t.deploy().locally().await;
            refused.fails_with(2);
            insta::allow_duplicates! {
                insta::assert_snapshot!(t.log(&refused).replace(renamed, "[neighbour]"), @"
                api: warning: `[neighbour]` is another app of production: the mark of `api` is on `api`
                api: error: `[neighbour]` is another app of production: the mark of `api` is on `api`
                api: hint: give the app its earlier name back in the app spec
                ");
            }
            t.expect_serving(renamed, "first").await;
            t.expect_serving("api", "first").await;
            // What the run proposes.
            t.push("main", versions("third").file("api/app.yaml", &manifest("api", "api")));
            t.deploy().await.succeeds();
            t.expect_serving("api", "third").await;
            t.expect_serving(renamed, "first").await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_preview_whose_manifest_takes_a_neighbours_name_never_takes_the_neighbours_preview() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        let api = "[apps.api]\nspec = \"api/app.yaml\"\n";
        let taken = |label: &str| {
            version("api", label)
                .config(api)
                .file("api/app.yaml", &manifest("shop-front", "api"))
        };
        t.push("main", taken("third"));
        t.push(1, taken("third"));
        let refused = t.preview(1).await;
        refused
            .fails_with(2)
            .says("`shop-front-pr-1` is another app of pr-1: the mark of `api` is on `shop-api-pr-1`");
        t.expect_serving("shop-front-pr-1", "second").await;
        t.expect_serving("shop-api-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn status_gives_an_app_without_an_entry_no_ones_name() {
    run_with(front_and_api(TWO), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push(
            "main",
            Change::version("second").config("[apps.api]\nspec = \"api/app.yaml\"\n"),
        );
        let status = t.command(["status", "--json"]).await;
        let status: serde_json::Value = serde_json::from_str(&status.succeeds().stdout).unwrap();
        let apps = status["apps"].as_array().unwrap().iter();
        let mut named: Vec<String> = apps.map(|app| format!("{} {}", app["app"], app["key"])).collect();
        named.sort();
        assert_eq!(named, [r#""api" "api""#, r#""front" null"#]);
    })
    .await;
}
