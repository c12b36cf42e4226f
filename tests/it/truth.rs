//! The comment tells the truth also when events come late, replies get lost and GitHub fails in the wrong moment.

use crate::harness::{Call, Change, Tester, fault, run, run_with, spec};

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

#[tokio::test]
async fn a_removal_that_could_not_be_told_is_told_by_the_next_teardown() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::server_error_on(Call::UpdateComment).times(5)).await;
        t.teardown(1).await.succeeds();
        assert!(t.comment(1).await.contains("✅ Ready"), "nobody could say it yet");
        t.teardown(1).await.succeeds();
        assert!(t.comment(1).await.contains("🗑️ Removed"), "{}", t.comment(1).await);
    })
    .await;
}

#[tokio::test]
async fn a_verdict_stands_when_the_pull_request_cannot_be_read_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        // One try and its repetitions.
        t.fault(fault::server_error_on(Call::ReadPull(1)).from(2).times(5))
            .await;
        let preview = t.preview(1).await;
        preview.succeeds();
        assert_eq!(preview.output("status"), "ready");
        let comment = t.comment(1).await;
        assert!(
            comment.contains("✅ Ready") && comment.contains("could not be found out"),
            "{comment}"
        );
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
async fn what_fails_after_a_broken_deployment_does_not_hide_it() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "KeyError: 'PORT_OF_MAIL'"))
            .await;
        t.fault(fault::server_error_on(Call::ReadApp).times(9)).await;
        t.preview(1).await.fails_with(1).says("did not start");
        t.no_faults().await;
        assert!(t.comment(1).await.contains("❌ Failed"));
    })
    .await;
}

#[tokio::test]
async fn a_mistake_in_the_configuration_is_told_in_the_comment() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push(1, Change::version("second").config("[preview]\nslep = \"1h\"\n"));
        t.preview(1).at("feature-1").await.fails_with(2);
        let comment = t.comment(1).await;
        assert!(comment.contains("slep") && comment.contains("❌ Failed"), "{comment}");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_hand_written_preview_spec_is_the_one_that_is_deployed() {
    let by_hand = spec("name: shop", "name: by-hand");
    let app = Change::whole_app("first")
        .file("preview.yaml", &by_hand)
        .config("[preview]\nspec = \"preview.yaml\"\n");
    run_with(app, async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["by-hand-pr-1"]);
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
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

#[tokio::test]
async fn a_size_that_the_platform_does_not_know_is_refused_before_anything_exists() {
    run_with(
        Change::whole_app("first").config("[preview]\nsize = \"huge\"\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.tolerate("huge");
            let refused = t.preview(1).await;
            refused.fails_with(2).says("do-deploy.toml");
            let changes = refused.changes();
            assert!(
                changes
                    .iter()
                    .all(|call| call.contains("/issues/1/comments") || call.contains("/propose")),
                "{changes:?}"
            );
            assert_eq!(t.app_names().await, Vec::<String>::new());
        },
    )
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
