//! What happens to a pull request, and so to its preview.

use serde_json::json;

use crate::harness::{Api, Change, Invocation, Tester, run, run_with};

#[tokio::test]
async fn an_opened_pull_request_gets_its_preview() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        assert_eq!(
            t.auto_pull_request(1, "opened").await.succeeds().output("status"),
            "ready"
        );
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_push_to_a_pull_request_updates_its_preview() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        t.push(1, "second");
        t.auto_pull_request(1, "synchronize").await.succeeds();
        t.expect_serving("shop-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_closed_pull_request_loses_its_preview_and_a_reopened_one_gets_it_back() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        t.close_pr(1).await;
        assert_eq!(
            t.auto_pull_request(1, "closed").await.succeeds().output("status"),
            "removed"
        );
        assert_eq!(t.app_names().await, Vec::<String>::new());
        t.reopen_pr(1).await;
        assert_eq!(
            t.auto_pull_request(1, "reopened").await.succeeds().output("status"),
            "ready"
        );
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_action_that_is_not_ours_ends_with_a_sentence() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "assigned")
            .await
            .succeeds()
            .touches_nothing()
            .says("assigned");
    })
    .await;
}

#[tokio::test]
async fn an_event_that_a_newer_push_has_overtaken_is_left_to_the_newer_run() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let older = t.event("name=pull_request&action=synchronize&number=1").await;
        t.push(1, "second");
        let overtaken = t.command(["auto"]).on_payload("pull_request", older).await;
        overtaken.succeeds().touches_nothing().says("superseded");
        assert_eq!(overtaken.output("status"), "skipped");
    })
    .await;
}

/// `auto` for a label that was given or taken.
fn labelled<'t>(t: &'t Tester, action: &str, label: &str) -> Invocation<'t> {
    let query = format!("name=pull_request&action={action}&number=1&label={label}");
    t.command(["auto"]).at("feature-1").on_event("pull_request", &query)
}

#[tokio::test]
async fn the_label_brings_the_preview_and_taking_it_away_removes_it() {
    let config = "[preview]\nlabel = \"preview\"\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds().touches_nothing();
        t.label_pr(1, "bug").await;
        labelled(t, "labeled", "bug")
            .await
            .succeeds()
            .touches_nothing()
            .says("`bug`");
        t.label_pr(1, "preview").await;
        let made = labelled(t, "labeled", "preview").await;
        assert_eq!(made.succeeds().output("status"), "ready");
        t.expect_serving("shop-pr-1", "first").await;
        let kept = labelled(t, "unlabeled", "preview").await;
        kept.succeeds().touches_nothing().says("gets a preview again");
        t.unlabel_pr(1, "preview").await;
        let removed = labelled(t, "unlabeled", "preview").await;
        assert_eq!(removed.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert!(
            removed.comment(1).contains("does not have the label"),
            "{}",
            removed.comment(1)
        );
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_that_becomes_a_draft_loses_its_preview_until_it_is_ready() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        t.patch_pr(1, json!({ "draft": true })).await;
        let removed = t.auto_pull_request(1, "converted_to_draft").await;
        assert_eq!(removed.succeeds().output("status"), "removed");
        let comment = removed.comment(1);
        assert!(
            comment.contains("Removed") && comment.contains("is a draft"),
            "{comment}"
        );
        assert_eq!(t.app_names().await, Vec::<String>::new());
        t.patch_pr(1, json!({ "draft": false })).await;
        assert_eq!(
            t.auto_pull_request(1, "ready_for_review")
                .await
                .succeeds()
                .output("status"),
            "ready"
        );
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_base_brings_the_preview_anew_and_another_title_nothing() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        let edited = |what: &str| {
            let query = format!("name=pull_request&action=edited&number=1&changed={what}&from=old");
            t.command(["auto"]).at("feature-1").on_event("pull_request", &query)
        };
        edited("title")
            .await
            .succeeds()
            .touches_nothing()
            .says("only the words");
        assert_eq!(edited("base").await.succeeds().output("status"), "ready");
    })
    .await;
}

#[tokio::test]
async fn a_merged_pull_request_loses_its_preview() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        t.merge_pr(1).await;
        assert_eq!(
            t.auto_pull_request(1, "closed").await.succeeds().output("status"),
            "removed"
        );
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_trusted_event_removes_a_preview_without_a_look_at_the_checkout_and_does_nothing_else() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push(1, Change::version("second").config("this is no configuration"));
        let target = |action: &str| {
            let query = format!("name=pull_request_target&action={action}&number=1");
            t.command(["auto"])
                .at("feature-1")
                .on_event("pull_request_target", &query)
        };
        let refused = target("opened").await;
        refused
            .fails_with(2)
            .touches_nothing()
            .says("only the type `closed` is safe");
        t.close_pr(1).await;
        assert_eq!(target("closed").await.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_with_conflicts_gets_its_preview_all_the_same_and_closing_removes_it() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "permissions": { "maintainer": "write" } })).await;
        t.open_pr(1).await;
        t.push("main", "theirs");
        t.push(1, "ours");
        // GitHub starts nothing for that push, so no run shows when it was made: the committer's date has to do.
        let said = json!({ "body": "/preview" });
        let path = "/repos/org/shop/issues/1/comments";
        let comment = t
            .call_as("user:maintainer", Api::GitHub, "POST", path, Some(&said))
            .await
            .expect(201);
        let query = format!("name=issue_comment&comment_id={}", comment["id"]);
        let asked = t.command(["auto"]).on_event("issue_comment", &query).await;
        asked.succeeds().says("committer's date is believed");
        t.expect_serving("shop-pr-1", "ours").await;
        t.auto_pull_request(1, "synchronize").await.succeeds();
        t.close_pr(1).await;
        let event = "name=pull_request_target&action=closed&number=1";
        let closed = t.command(["auto"]).on_event("pull_request_target", event).await;
        assert_eq!(closed.succeeds().output("status"), "removed");
    })
    .await;
}

#[tokio::test]
async fn a_late_closed_event_does_not_remove_the_preview_of_an_open_pull_request() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let event = t.event("name=pull_request&action=closed&number=1").await;
        let late = t.command(["auto"]).on_payload("pull_request", event).await;
        late.succeeds().says("open again");
        assert_eq!(late.output("status"), "skipped");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}
