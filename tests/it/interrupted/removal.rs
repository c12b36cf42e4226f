//! A removal that is killed between the app and the words about it is finished by the next run.

use crate::comment::{MAINTAINER, on_comment, ours, reactions, says, with_maintainer};
use crate::harness::{Change, Tester, fault, run, run_with};

const A_DAY: u64 = 24 * 60 * 60;

/// That the preview of pull request 1 is gone, in every place.
async fn is_gone_everywhere(t: &Tester) {
    assert_eq!(t.app_names().await, Vec::<String>::new());
    let comment = ours(t, 1).await;
    assert!(
        comment.contains("🗑️ Removed") && !comment.contains("Ready"),
        "{comment}"
    );
    let states = t.deployment_states("preview").await;
    assert!(states.iter().all(|state| state == "inactive"), "{states:?}");
}

#[tokio::test]
async fn a_sweep_that_was_killed_after_the_deletion_is_finished_by_the_next_one() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.close_pr(1).await;
        t.command(["sweep"]).killed_after("DELETE", &id).await;
        assert!(t.comment(1).await.contains("Ready"), "{}", t.comment(1).await);
        let dry = t.command(["sweep", "--dry-run"]).await;
        dry.succeeds().touches_nothing().says("pull request 1");
        let finished = t.command(["sweep"]).await;
        finished.succeeds().does_not_say("Nothing to sweep");
        assert_eq!(finished.output("status"), "removed");
        is_gone_everywhere(t).await;
        t.command(["sweep"])
            .await
            .succeeds()
            .touches_nothing()
            .says("Nothing to sweep");
    })
    .await;
}

#[tokio::test]
async fn so_is_a_sweep_of_an_open_pull_requests_preview() {
    let config = "[preview]\nttl = \"7d\"\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.advance(8 * A_DAY).await;
        t.command(["sweep"]).killed_after("DELETE", &id).await;
        t.command(["sweep"]).await.succeeds();
        is_gone_everywhere(t).await;
        assert!(t.comment(1).await.contains("its next push makes the preview again"));
    })
    .await;
}

#[tokio::test]
async fn a_sweep_leaves_alone_what_a_run_is_about_to_make() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        // It has begun its deployment on GitHub, and not made its app yet.
        t.preview(1).killed_after("POST", "/deployments").await;
        t.command(["sweep"])
            .await
            .succeeds()
            .touches_nothing()
            .says("Nothing to sweep");
    })
    .await;
}

#[tokio::test]
async fn what_github_says_never_removes_an_app_that_is_not_ours() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.close_pr(1).await;
        t.command(["sweep"]).killed_after("DELETE", &id).await;
        t.somebody_creates("shop-pr-1", serde_json::json!([])).await;
        t.command(["sweep"]).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        assert!(t.comment(1).await.contains("🗑️ Removed"), "{}", t.comment(1).await);
    })
    .await;
}

#[tokio::test]
async fn a_removal_whose_comment_could_not_be_written_is_reported_by_the_next_sweep() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::server_error_on(crate::harness::Call::UpdateComment).times(5))
            .await;
        t.command(["sweep"]).await.succeeds();
        t.no_faults().await;
        t.command(["sweep"]).await.succeeds();
        is_gone_everywhere(t).await;
    })
    .await;
}

#[tokio::test]
async fn the_command_given_again_after_its_run_was_killed_says_that_the_preview_is_gone() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        let comment = says(t, MAINTAINER, 1, "/teardown").await;
        on_comment(t, comment).killed_after("DELETE", &id).await;
        assert!(ours(t, 1).await.contains("Ready"));
        on_comment(t, comment).await.succeeds();
        is_gone_everywhere(t).await;
        assert_eq!(reactions(t, comment).await.last().map(String::as_str), Some("rocket"));
        // Once everything has been said, there is nothing to remove.
        let again = says(t, MAINTAINER, 1, "/teardown").await;
        on_comment(t, again).await.succeeds();
        assert_eq!(reactions(t, again).await.last().map(String::as_str), Some("-1"));
    })
    .await;
}
