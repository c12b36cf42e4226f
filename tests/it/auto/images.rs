//! Images that a workflow built in an earlier step: `auto` deploys them on the events that deploy.

use crate::harness::{Change, Tester, image_spec, run_with};

/// Service and job at the same image, as a workflow's multi-line input gives them.
fn both(digest: &str) -> String {
    format!("web={digest}\nmigrate={digest}\n")
}

fn app_of_images() -> Change {
    Change::whole_app("first").spec(&image_spec())
}

#[tokio::test]
async fn a_push_deploys_the_images_that_its_workflow_built() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let built = t.push_image("built");
        t.push_image("newer");
        let pushed = t.auto_push("main").args(["--images", &both(&built)]).await;
        assert_eq!(pushed.succeeds().output("status"), "ready");
        t.expect_serving("shop", "built").await;
    })
    .await;
}

#[tokio::test]
async fn another_workflows_success_deploys_the_images_too() {
    run_with(app_of_images(), async |t: &mut Tester| {
        let built = t.push_image("built");
        t.push_image("newer");
        let tested = t.command(["auto"]).on_event("workflow_run", "name=workflow_run");
        tested.args(["--images", &both(&built)]).await.succeeds();
        t.expect_serving("shop", "built").await;
    })
    .await;
}

#[tokio::test]
async fn a_pull_requests_preview_runs_its_images_and_closing_it_takes_them_as_well() {
    run_with(app_of_images(), async |t: &mut Tester| {
        t.open_pr(1).await;
        let built = t.push_image("of-the-branch");
        t.push_image("newer");
        let images = both(&built);
        let opened = t.auto_pull_request(1, "opened").args(["--images", &images]).await;
        opened.succeeds().does_not_say("of no use");
        t.expect_serving("shop-pr-1", "of-the-branch").await;
        t.close_pr(1).await;
        let closed = t.auto_pull_request(1, "closed").args(["--images", &images]).await;
        closed.succeeds().says("The images are of no use here");
        assert_eq!(closed.output("status"), "removed");
        let swept = t.command(["auto"]).on_event("schedule", "name=schedule");
        swept.args(["--images", &images]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_comments_command_takes_no_images() {
    run_with(app_of_images(), async |t: &mut Tester| {
        t.open_pr(1).await;
        let body = serde_json::json!({ "body": "/redeploy" });
        let path = "/repos/org/shop/issues/1/comments";
        let comment = t.github("POST", path, Some(&body)).await.expect(201);
        let query = format!("name=issue_comment&comment_id={}", comment["id"]);
        let mut payload = t.event(&query).await;
        payload["comment"]["user"] = serde_json::json!({ "login": "maintainer", "type": "User" });
        let digest = t.push_image("any");
        let refused = t.command(["auto"]).on_payload("issue_comment", payload);
        refused
            .args(["--images", &both(&digest)])
            .await
            .fails_with(2)
            .touches_nothing()
            .says("`auto` takes no `--images` on `issue_comment`");
    })
    .await;
}
