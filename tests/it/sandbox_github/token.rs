//! What the workflow's token is and may do.

use serde_json::json;

use super::REPO;
use crate::harness::{Api, Tester, run};

#[tokio::test]
async fn the_token_is_the_actions_bot() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let body = json!({ "body": "hello" });
        let comment = t
            .github("POST", &format!("{REPO}/issues/1/comments"), Some(&body))
            .await
            .expect(201);
        assert_eq!(
            (&comment["user"]["login"], &comment["user"]["type"]),
            (&json!("github-actions[bot]"), &json!("Bot"))
        );
        t.github("GET", "/user", None).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn the_primary_limit_is_kept_until_the_account_lifts_it() {
    run(async |t: &mut Tester| {
        let used = async || t.github("GET", "/rate_limit", None).await.expect(200)["rate"]["used"].clone();
        let before = used().await;
        t.github("GET", REPO, None).await.expect(200);
        assert_eq!(used().await, before.as_u64().expect("a number") + 1);
        t.account(&json!({ "github_limit": false })).await;
        let lifted = t.github("GET", REPO, None).await;
        assert_eq!(lifted.header("x-ratelimit-limit"), None);
        t.account(&json!({})).await;
        assert_eq!(used().await, before.as_u64().expect("a number") + 1);
    })
    .await;
}

#[tokio::test]
async fn a_permission_is_what_the_account_says() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "permissions": { "reviewer": "write" } })).await;
        let path = format!("{REPO}/collaborators/reviewer/permission");
        assert_eq!(t.github("GET", &path, None).await.expect(200)["permission"], "write");
        t.account(&json!({ "permissions": { "reviewer": "release crew" } }))
            .await;
        let custom = t.github("GET", &path, None).await.expect(200);
        assert_eq!(
            (&custom["permission"], &custom["role_name"]),
            (&json!("read"), &json!("release crew"))
        );
    })
    .await;
}

#[tokio::test]
async fn an_unknown_login_is_not_found() {
    run(async |t: &mut Tester| {
        let of = async |login: &str| {
            let path = format!("{REPO}/collaborators/{login}/permission");
            t.github("GET", &path, None).await
        };
        let unknown = of("passer-by").await.expect(404);
        assert_eq!(unknown["message"], "passer-by is not a user");
        assert_eq!(of("org").await.expect(200)["permission"], "admin");
        t.open_pr(1).await;
        let author = t.github("GET", &format!("{REPO}/pulls/1"), None).await.expect(200)["user"]["login"].clone();
        assert_eq!(of(author.as_str().unwrap()).await.expect(200)["permission"], "read");
        let path = format!("{REPO}/issues/1/comments");
        let said = json!({ "body": "hello" });
        t.call_as("user:passer-by", Api::GitHub, "POST", &path, Some(&said))
            .await
            .expect(201);
        assert_eq!(of("passer-by").await.expect(200)["permission"], "read");
    })
    .await;
}

#[tokio::test]
async fn an_environment_cannot_be_deleted_with_it() {
    run(async |t: &mut Tester| {
        let body = json!({ "ref": "main", "environment": "preview", "required_contexts": [], "auto_merge": false });
        t.github("POST", &format!("{REPO}/deployments"), Some(&body))
            .await
            .expect(201);
        let path = format!("{REPO}/environments/preview");
        t.github("DELETE", &path, None).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn says_how_much_of_the_hour_is_left() {
    run(async |t: &mut Tester| {
        let mut left = Vec::new();
        for _ in 0..2 {
            let reply = t.github("GET", REPO, None).await;
            assert_eq!(reply.header("x-ratelimit-limit"), Some("1000"));
            left.push(reply.header("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap());
        }
        assert_eq!(left[0], left[1] + 1);
    })
    .await;
}

#[tokio::test]
async fn without_a_token_or_with_a_read_only_one_nothing_is_written() {
    run(async |t: &mut Tester| {
        t.tolerate("token");
        t.account(&json!({ "github_read_only": ["reader"] })).await;
        t.open_pr(1).await;
        let path = format!("{REPO}/issues/1/comments");
        let body = json!({ "body": "hello" });
        for (token, status) in [("", 401), ("reader", 403)] {
            t.call_as(token, Api::GitHub, "POST", &path, Some(&body))
                .await
                .expect(status);
        }
        t.call_as("reader", Api::GitHub, "GET", &path, None).await.expect(200);
    })
    .await;
}
