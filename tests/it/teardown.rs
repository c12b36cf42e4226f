//! Closing a pull request removes everything that its preview was, and nothing else.

use crate::harness::{Call, Change, Tester, fault, run, run_with, spec};

#[tokio::test]
async fn removes_app_and_says_so() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let url = t.url_of("shop-pr-1").await;
        t.close_pr(1).await;
        let removed = t.teardown(1).await;
        assert_eq!(removed.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert!(!t.answers(&url).await, "{url} still answers");
        assert!(
            removed.comment(1).to_lowercase().contains("removed"),
            "{}",
            removed.comment(1)
        );
    })
    .await;
}

#[tokio::test]
async fn makes_every_deployment_of_the_preview_inactive() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        t.push(1, "second");
        t.preview(1).await.succeeds();
        t.preview(2).await.succeeds();
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        for deployment in t.deployments("preview").await {
            let mine = deployment["payload"]["pr"] == 1;
            let expected = if mine { "inactive" } else { "success" };
            assert_eq!(deployment["state"], expected, "{deployment:#}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_there_is_fine() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.comments(1).await.len(), 0, "a run that did nothing does not comment");
    })
    .await;
}

#[tokio::test]
async fn twice_is_fine() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        t.teardown(1).await.succeeds();
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn leaves_production_and_other_previews_alone() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        t.preview(2).await.succeeds();
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop", "shop-pr-2"]);
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn says_removed_only_after_the_platform_says_that_it_is_gone() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let id = t.preview(1).await.succeeds().output("app-id");
        t.close_pr(1).await;
        let removed = t.teardown(1).await;
        let calls = removed.succeeds().requests();
        let gone = calls.iter().position(|call| *call == format!("GET /v2/apps/{id} 404"));
        let said = calls
            .iter()
            .position(|call| call.starts_with("PATCH /repos/org/shop/issues/comments/"));
        assert!(gone.is_some() && gone < said, "{removed}");
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_to_the_deletion_is_not_a_failure() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::lost_reply_on(Call::DeleteApp)).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_found_by_its_marks_when_the_spec_has_another_name_now() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push(
            "main",
            Change::version("renamed").spec(&spec("name: shop\n", "name: store\n")),
        );
        t.close_pr(1).await;
        assert_eq!(t.teardown(1).await.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn closing_after_a_teardown_takes_back_that_the_pull_request_is_open() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.teardown(1).await.succeeds();
        assert!(t.comment(1).await.contains("is still open"), "{}", t.comment(1).await);
        t.close_pr(1).await;
        let closed = t.auto_pull_request(1, "closed").await;
        assert_eq!(closed.succeeds().output("status"), "removed");
        let comment = t.comment(1).await;
        assert!(!comment.contains("open") && comment.contains("🗑️ Removed"), "{comment}");
        assert!(closed.summary().starts_with("### 🗑️ Removed: "), "{}", closed.summary());
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_that_never_had_a_preview_needs_no_spec_to_be_closed() {
    for spec in ["name: shop\nserivces: []\n", "{"] {
        run_with(Change::whole_app("first").spec(spec), async |t: &mut Tester| {
            t.open_pr_with(1, Change::version("second")).await;
            t.close_pr(1).await;
            let closed = t.auto_pull_request(1, "closed").await;
            closed.succeeds().says("There is no preview of pull request 1");
            assert_eq!(t.comments(1).await.len(), 0);
        })
        .await;
    }
}

#[tokio::test]
async fn a_preview_is_removed_by_its_marks_where_the_spec_is_broken_by_now() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push("main", Change::version("broken").spec("name: shop\nserivces: []\n"));
        t.close_pr(1).await;
        let named = ["--spec", "nowhere.yaml", "--dry-run"];
        let dry = t.command(["teardown", "--pr", "1"]).args(named).await;
        dry.succeeds()
            .touches_nothing()
            .says("The preview is looked for by its marks alone: the app spec `nowhere.yaml` does not exist");
        t.auto_pull_request(1, "closed").await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_next_teardown_reports_a_removal_that_the_last_one_could_not_report() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::server_error_on(Call::UpdateComment).times(5)).await;
        t.teardown(1).await.succeeds();
        assert!(
            t.comment(1).await.contains("✅ Ready"),
            "the removal is not reported yet"
        );
        t.teardown(1).await.succeeds();
        assert!(t.comment(1).await.contains("🗑️ Removed"), "{}", t.comment(1).await);
    })
    .await;
}
