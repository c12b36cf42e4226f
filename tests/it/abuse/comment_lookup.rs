//! How many requests it takes to find our comment among many.

use serde_json::json;

use crate::harness::{Run, Tester, run};

/// Comments of others.
async fn chat(t: &Tester, comments: usize) {
    // Of a closed pull request the sandbox does not look for the newest head at every comment.
    t.close_pr(1).await;
    for number in 0..comments {
        let chat = json!({ "body": format!("comment {number}") });
        t.github("POST", "/repos/org/shop/issues/1/comments", Some(&chat))
            .await
            .expect(201);
    }
    t.reopen_pr(1).await;
}

/// Requests that read comments.
fn looks(run: &Run) -> Vec<String> {
    let is_look = |call: &String| call.starts_with("GET ") && call.contains("/comments");
    run.requests().into_iter().filter(is_look).collect()
}

#[tokio::test]
async fn among_fifteen_hundred_comments_ours_is_looked_for_once() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "github_limit": false })).await;
        t.open_pr(1).await;
        chat(t, 1_500).await;
        let first = t.preview(1).await;
        let looked = looks(first.succeeds());
        // Fifteen pages without ours; after that what is new, and ours by its id.
        assert!(looked.len() <= 20, "{looked:#?}");
        t.push(1, "second");
        let second = t.preview(1).await;
        let looked = looks(second.succeeds());
        // The first page names the last, where ours is.
        assert!(looked.len() <= 4, "{looked:#?}");
        let posts = |run: &Run| {
            run.changes()
                .iter()
                .filter(|call| call.starts_with("POST ") && call.contains("/comments"))
                .count()
        };
        assert_eq!((posts(&first), posts(&second)), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn ours_is_found_wherever_it_stands() {
    for (before, after) in [(0, 250), (120, 130), (250, 0)] {
        run(async |t: &mut Tester| {
            t.account(&json!({ "github_limit": false })).await;
            t.open_pr(1).await;
            chat(t, before).await;
            t.preview(1).await.succeeds();
            chat(t, after).await;
            t.push(1, "second");
            let second = t.preview(1).await;
            let created = second
                .succeeds()
                .changes()
                .into_iter()
                .filter(|call| call.starts_with("POST ") && call.contains("/comments"));
            assert_eq!(created.count(), 0, "{before} before, {after} after: {second}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_bot_that_repeats_our_mark_is_not_taken_for_us() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let mark = format!("<!-- do-deploy:{}:pr-1 -->", t.repository_id().await);
        let echo = json!({ "body": format!("{mark}\n<!-- run:9:1 -->\nechoed") });
        let path = "/repos/org/shop/issues/1/comments";
        for who in ["user:echo[bot]", "user:mallory"] {
            t.call_as(who, crate::harness::Api::GitHub, "POST", path, Some(&echo))
                .await
                .expect(201);
        }
        t.preview(1).await.succeeds();
        let comments = t.comments(1).await;
        let authors: Vec<&str> = comments
            .iter()
            .filter_map(|comment| comment["user"]["login"].as_str())
            .collect();
        assert_eq!(authors, ["echo[bot]", "mallory", "github-actions[bot]"]);
        assert!(
            comments[..2].iter().all(|comment| comment["body"] == echo["body"]),
            "{comments:#?}"
        );
    })
    .await;
}
