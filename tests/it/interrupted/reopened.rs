//! A pull request that is opened again while an older run still acts on its having been closed.

use crate::harness::{Held, Tester, run};

#[tokio::test]
async fn a_teardown_that_looked_before_the_pull_request_was_opened_again_leaves_its_app() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.close_pr(1).await;
        let cloud = t.sandbox.url("DIGITALOCEAN_API_URL");
        let mut held = Held::request(&cloud, "GET", "/v2/apps?page=1&per_page=200").await;
        let teardown = t.teardown(1).env("DIGITALOCEAN_API_URL", &held.url()).start().await;
        held.reached().await;
        t.reopen_pr(1).await;
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let _proxy = held.go();
        teardown.end().await.succeeds().says("was opened again");
        assert_eq!(t.app("shop-pr-1").await["id"], id.as_str());
        t.expect_serving("shop-pr-1", "second").await;
        assert!(t.comment(1).await.contains("✅ Ready"), "{}", t.comment(1).await);
        assert_eq!(t.deployment_states("preview").await, ["success", "inactive"]);
    })
    .await;
}

#[tokio::test]
async fn a_sweep_that_looks_late_leaves_the_words_of_a_preview_that_was_made_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.close_pr(1).await;
        // The app has been deleted, and the sweep has not seen it yet.
        let cloud = t.sandbox.url("DIGITALOCEAN_API_URL");
        let mut held = Held::request(&cloud, "GET", format!("/v2/apps/{id}")).await;
        let sweep = t
            .command(["sweep"])
            .env("DIGITALOCEAN_API_URL", &held.url())
            .start()
            .await;
        held.reached().await;
        t.reopen_pr(1).await;
        t.preview(1).await.succeeds();
        let _proxy = held.go();
        sweep.end().await.succeeds();
        t.expect_serving("shop-pr-1", "first").await;
        assert!(t.comment(1).await.contains("✅ Ready"), "{}", t.comment(1).await);
        assert_eq!(t.deployment_states("preview").await[0], "success");
    })
    .await;
}

#[tokio::test]
async fn a_sweep_that_makes_sure_of_its_words_leaves_newer_ones() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let comment = t.comments(1).await[0]["id"].to_string();
        t.close_pr(1).await;
        // Its second look at the comment, after it has said that the preview is gone.
        let github = t.sandbox.url("GITHUB_API_URL");
        let mut held = Held::request(&github, "GET", format!("/issues/comments/{comment}")).await;
        let sweep = t.command(["sweep"]).env("GITHUB_API_URL", &held.url()).start().await;
        held.reached().await;
        assert!(t.comment(1).await.contains("🗑️ Removed"), "{}", t.comment(1).await);
        t.reopen_pr(1).await;
        t.preview(1).await.succeeds();
        let _proxy = held.go();
        sweep.end().await.succeeds();
        assert!(t.comment(1).await.contains("✅ Ready"), "{}", t.comment(1).await);
        assert_eq!(t.deployment_states("preview").await[0], "success");
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_app_was_removed_before_its_update_makes_it_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.push(1, "second");
        let cloud = t.sandbox.url("DIGITALOCEAN_API_URL");
        let mut held = Held::request(&cloud, "PUT", format!("/v2/apps/{id}")).await;
        let running = t.preview(1).env("DIGITALOCEAN_API_URL", &held.url()).start().await;
        held.reached().await;
        t.digitalocean("DELETE", &format!("/v2/apps/{id}"), None).await;
        let _proxy = held.go();
        let again = running.end().await;
        assert_eq!(again.succeeds().output("status"), "ready");
        t.expect_serving("shop-pr-1", "second").await;
        assert!(t.comment(1).await.contains("✅ Ready"), "{}", t.comment(1).await);
    })
    .await;
}
