//! Which run is the newest is what GitHub's deployments say, whatever stands in the comment.

use super::{edited, not_accessible};
use crate::harness::{Answer, Held, Proxy, Tester, run};

const GREATEST: &str = "18446744073709551615";

/// Greater numbers than any run has, in the hidden lines of our comment.
fn with_greatest(body: &str) -> String {
    let hidden = |line: &str| match line.strip_prefix("<!-- ").and_then(|line| line.split_once(':')) {
        Some((name @ ("run" | "production"), _)) => format!("<!-- {name}:{GREATEST}:1 -->"),
        Some(("answer", rest)) => {
            let lines = rest.trim_end_matches(" -->").rsplit(':').next().unwrap_or_default();
            format!("<!-- answer:{GREATEST}:1:{lines} -->")
        }
        _ => line.to_owned(),
    };
    body.lines().map(hidden).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_forged_run_number_does_not_freeze_the_comment() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        t.preview(1).await.succeeds();
        let forged = edited(t, 1, with_greatest).await;
        assert!(forged["body"].as_str().unwrap().contains(GREATEST));
        t.push(1, "second");
        let second = t.preview(1).await;
        second.succeeds().does_not_say("which is newer");
        let comments = t.comments(1).await;
        // Overwritten in place: a new one would mail everyone.
        assert_eq!((comments.len(), &comments[0]["id"]), (1, &forged["id"]));
        insta::assert_snapshot!(t.redact(second.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        ");
    })
    .await;
}

#[tokio::test]
async fn a_forged_answer_and_production_line_are_overwritten_too() {
    run(async |t: &mut Tester| {
        t.account(&serde_json::json!({ "permissions": { "maintainer": "write" } }))
            .await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        command(t, "/help").await;
        edited(t, 1, with_greatest).await;
        let reply = command(t, "/status").await;
        assert!(
            reply.contains("serves") && !reply.contains("these are the commands"),
            "{reply}"
        );
        t.merge_pr(1).await;
        t.teardown(1).await.succeeds();
        t.deploy().await.succeeds();
        let forge = |body: &str| with_greatest(body).replace("Deployed to production", "Forged");
        assert!(edited(t, 1, forge).await["body"].as_str().unwrap().contains("Forged"));
        t.deploy().await.succeeds();
        let reply = t.comment(1).await;
        assert!(
            reply.contains("Deployed to production") && !reply.contains("Forged"),
            "{reply}"
        );
    })
    .await;
}

/// What a maintainer's command leaves in our comment.
async fn command(t: &Tester, word: &str) -> String {
    let body = serde_json::json!({ "body": word });
    let path = "/repos/org/shop/issues/1/comments";
    let said = t
        .call_as(
            "user:maintainer",
            crate::harness::Api::GitHub,
            "POST",
            path,
            Some(&body),
        )
        .await
        .expect(201);
    let query = format!("name=issue_comment&comment_id={}", said["id"]);
    t.command(["auto"]).on_event("issue_comment", &query).await.succeeds();
    let path = format!("/repos/org/shop/issues/comments/{}", said["id"]);
    t.github("DELETE", &path, None).await.expect(204);
    t.comment(1).await
}

#[tokio::test]
async fn a_run_that_a_newer_one_overtook_leaves_the_comment_to_it() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut held = Held::request(&t.sandbox.url("DIGITALOCEAN_API_URL"), "GET", "/health").await;
        let older = t
            .preview(1)
            .env("GITHUB_RUN_ID", "9000")
            .env("DIGITALOCEAN_API_URL", &held.url())
            .start()
            .await;
        held.reached().await;
        t.push(1, "second");
        // Its number is the smaller one, and GitHub made its deployment later.
        let newer = t.preview(1).env("GITHUB_RUN_ID", "8000").await;
        let reply = newer.succeeds().comment(1).to_owned();
        let _between = held.go();
        let older = older.end().await;
        older.says("the comment is left to run 8000, which is newer");
        assert_eq!(t.comment(1).await, reply);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_comes_later_writes_whatever_its_number() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        t.preview(1).env("GITHUB_RUN_ID", "9000").await.succeeds();
        t.push(1, "second");
        let later = t.preview(1).env("GITHUB_RUN_ID", "8000").await;
        let comment = later.succeeds().comment(1);
        assert!(comment.contains(&t.repository.head("feature-1")[..7]), "{comment}");
    })
    .await;
}

#[tokio::test]
async fn without_the_right_to_deployments_a_forged_number_does_not_freeze_the_comment_either() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), |_, path| {
            match path.contains("/deployments") {
                true => Answer::Instead(not_accessible()),
                false => Answer::Changed(Box::new(|text| text)),
            }
        })
        .await;
        t.preview(1)
            .env("GITHUB_API_URL", &github.url())
            .await
            .succeeds()
            .says("deployments: write");
        edited(t, 1, with_greatest).await;
        t.push(1, "second");
        // What was edited in the very second in which a run began may have been written after it.
        t.advance(2).await;
        let second = t.preview(1).env("GITHUB_API_URL", &github.url()).await;
        let comment = second.succeeds().comment(1);
        assert!(
            comment.contains(&t.repository.head("feature-1")[..7]) && !comment.contains(GREATEST),
            "{comment}"
        );
    })
    .await;
}
