//! The app of a pull request: its own, reused on every push, and never a broken one.

use serde_json::json;

use crate::harness::{Call, Change, Tester, app_env, fault, run, run_with, spec};

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

#[tokio::test]
async fn two_first_runs_at_once_make_one_app_and_both_say_that_it_is_ready() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::slow(Call::CreateApp, 1)).await;
        let first = t.preview(1).start().await;
        let second = t.preview(1).start().await;
        let (first, second) = (first.end().await, second.end().await);
        for run in [first, second] {
            assert_eq!(run.succeeds().does_not_say("taken").output("status"), "ready");
        }
        assert!(t.comment(1).await.contains("✅ Ready"), "{}", t.comment(1).await);
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_whose_spec_changes_its_name_stays_one_app_and_is_removed_whole() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let before = t.app("shop-pr-1").await["id"].clone();
        let renamed = Change::version("second").file(".do/app.yaml", &spec("name: shop\n", "name: store\n"));
        t.push(1, renamed);
        let branch = t.branch_of(1);
        t.preview(1).at(&branch).await.succeeds();
        let apps = t.apps().await;
        assert_eq!(apps.len(), 1, "{apps:?}");
        assert_eq!(apps[0]["id"], before);
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}
