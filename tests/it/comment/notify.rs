//! `[comment] notify`: a short comment of its own, because GitHub sends no mail about an edit.

use super::text;
use crate::harness::{Change, Tester, run_with};

/// What was written on the pull request beside the one comment, oldest first.
async fn notices(t: &Tester, number: u64) -> Vec<String> {
    let all = t.comments(number).await;
    let bodies = all.iter().map(|comment| text(&comment["body"]));
    bodies.filter(|body| !body.starts_with("<!-- do-deploy:")).collect()
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
