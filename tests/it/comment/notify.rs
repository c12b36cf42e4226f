//! `[comment] notify`: a short comment of its own, because GitHub sends no mail about an edit.

use serde_json::json;

use super::text;
use crate::harness::{Api, Change, Tester, run_with};

/// What was written on the pull request beside the one comment, oldest first.
async fn notices(t: &Tester, number: u64) -> Vec<String> {
    let all = t.comments(number).await;
    let bodies = all.iter().map(|comment| text(&comment["body"]));
    let ours = format!("<!-- do-deploy:{}:pr-{number} -->", t.repository_id().await);
    bodies
        .filter(|body| !body.starts_with(&ours))
        .map(|body| shown(&body))
        .collect()
}

/// Without what GitHub hides.
fn shown(body: &str) -> String {
    let lines = body.lines().filter(|line| !line.starts_with("<!--"));
    lines.collect::<Vec<_>>().join("\n")
}

fn app(notify: &str) -> Change {
    Change::whole_app("first").config(&format!("[comment]\nnotify = \"{notify}\"\n"))
}

#[tokio::test]
async fn the_first_preview_that_serves_is_announced_once() {
    run_with(app("ready"), async |t: &mut Tester| {
        t.open_pr_with(1, Change::broken("broken", "KeyError\n")).await;
        t.preview(1).await.fails_with(1);
        assert_eq!(notices(t, 1).await, Vec::<String>::new());
        let mended = Change::version("second").without("CRASH");
        for change in [mended, Change::version("third")] {
            t.push(1, change);
            t.preview(1).await.succeeds();
            let url = t.url_of("shop-pr-1").await;
            let ready = format!("✅ The preview of this pull request is ready: [open the preview]({url})");
            assert_eq!(notices(t, 1).await, [ready]);
        }
    })
    .await;
}

#[tokio::test]
async fn closing_and_reopening_a_pull_request_sends_no_second_mail() {
    run_with(app("ready"), async |t: &mut Tester| {
        t.open_pr(1).await;
        let opened = t.auto_pull_request(1, "opened").await;
        opened.succeeds();
        let first = notices(t, 1).await;
        assert_eq!(first.len(), 1, "{first:#?}");
        for _ in 0..2 {
            t.close_pr(1).await;
            t.auto_pull_request(1, "closed").await.succeeds();
            t.reopen_pr(1).await;
            let reopened = t.auto_pull_request(1, "reopened").await;
            assert_eq!(reopened.succeeds().output("status"), "ready");
            assert_eq!(notices(t, 1).await.len(), 1, "{reopened}");
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_copy_of_the_short_comment_does_not_stand_for_ours() {
    run_with(app("ready"), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let all = t.comments(1).await;
        let is_short = |body: &&String| body.contains("The preview of this pull request is ready");
        let bodies: Vec<String> = all.iter().map(|comment| text(&comment["body"])).collect();
        let copied = bodies.iter().find(is_short).expect("a short comment");
        t.open_pr(2).await;
        let copied = json!({ "body": copied.replace("pr-1", "pr-2") });
        let path = "/repos/org/shop/issues/2/comments";
        t.call_as("user:mallory", Api::GitHub, "POST", path, Some(&copied))
            .await
            .expect(201);
        t.preview(2).await.succeeds();
        assert_eq!(notices(t, 2).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_production_deployment_that_fails_is_announced_on_its_pull_request() {
    run_with(app("failed"), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push_broken(1);
        t.merge_pr(1).await;
        t.auto_push("main").await.fails_with(1);
        let notices = notices(t, 1).await;
        assert_eq!(notices.len(), 1, "{notices:#?}");
        assert!(
            notices[0].starts_with(
                "❌ The production deployment of this pull request failed: `web` did not start ([run](https://"
            ),
            "{notices:#?}"
        );
    })
    .await;
}

#[tokio::test]
async fn no_mail_is_sent_unless_the_default_branch_asks_for_it() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr_with(1, app("ready")).await;
        t.preview(1).await.succeeds();
        assert_eq!(notices(t, 1).await, Vec::<String>::new());
    })
    .await;
}
