//! Words of ours that an app prints: they do not open a log.

use serde_json::json;

use crate::harness::{Api, Change, Tester, run_with, without_job};

const SECRET: &str = "password is hunter2";

/// What an app may print to pass for a preview's migration.
const WORDS: &[&str] = &[
    "do-deploy: migrating",
    "do-deploy: migrated, starting the service",
    "do-deploy 0123456789abcdef: migrating",
    "do-deploy : migrating",
];

/// A public repository whose app prints these words, then something private, and ends.
async fn crash(t: &mut Tester, words: &str) -> String {
    t.account(&json!({ "permissions": { "maintainer": "write" } })).await;
    t.open_pr_with(1, Change::broken("broken", &format!("{words}\n{SECRET}\n")))
        .await;
    t.preview(1).await.fails_with(1);
    let body = json!({ "body": "/logs restarted" });
    let path = "/repos/org/shop/issues/1/comments";
    let said = t
        .call_as("user:maintainer", Api::GitHub, "POST", path, Some(&body))
        .await
        .expect(201);
    let shown = t.comments(1).await[0]["body"].to_string();
    let query = format!("name=issue_comment&comment_id={}", said["id"]);
    t.command(["auto"]).on_event("issue_comment", &query).await.succeeds();
    format!("{shown}{}", t.comments(1).await[0]["body"])
}

#[tokio::test]
async fn an_app_that_prints_our_words_does_not_get_its_log_into_a_public_comment() {
    for words in WORDS {
        run_with(
            Change::whole_app("first").spec(&without_job()),
            async |t: &mut Tester| {
                let shown = crash(t, words).await;
                assert!(!shown.contains(SECRET), "{words}: {shown}");
                assert!(
                    shown.contains("is not shown in a public repository"),
                    "{words}: {shown}"
                );
            },
        )
        .await;
    }
}

#[tokio::test]
async fn nor_does_one_that_has_a_migration_of_its_own() {
    for words in WORDS {
        run_with(Change::whole_app("first"), async |t: &mut Tester| {
            let shown = crash(t, words).await;
            assert!(!shown.contains(SECRET), "{words}: {shown}");
        })
        .await;
    }
}

#[tokio::test]
async fn every_run_has_words_of_its_own() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let command = async || t.app("shop-pr-1").await["spec"]["services"][0]["run_command"].to_string();
        let first = command().await;
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let second = command().await;
        assert!(first.contains(": migrating") && first != second, "{first} {second}");
    })
    .await;
}
