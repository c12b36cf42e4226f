//! Comments and reactions.

use serde_json::json;

use super::REPO;
use crate::harness::{Api, Tester, run};

#[tokio::test]
async fn comments_are_created_listed_in_pages_edited_and_deleted() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let list = format!("{REPO}/issues/1/comments");
        for number in 1..=3 {
            t.github("POST", &list, Some(&json!({ "body": format!("comment {number}") })))
                .await
                .expect(201);
        }
        let page = t.github("GET", &format!("{list}?per_page=2"), None).await;
        assert!(page.header("link").unwrap().contains("rel=\"next\""));
        let first = format!("{REPO}/issues/comments/{}", page.expect(200)[0]["id"]);
        t.github("PATCH", &first, Some(&json!({ "body": "edited" })))
            .await
            .expect(200);
        assert_eq!(t.comments(1).await[0]["body"], "edited");
        t.github("DELETE", &first, None).await.expect(204);
        assert_eq!(t.comments(1).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_reaction_is_made_once_listed_counted_and_removed() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let path = format!("{REPO}/issues/1/comments");
        let comment = t
            .github("POST", &path, Some(&json!({ "body": "/redeploy" })))
            .await
            .expect(201);
        let comment = format!("{REPO}/issues/comments/{}", comment["id"]);
        let reactions = format!("{comment}/reactions");
        let eyes = json!({ "content": "eyes" });
        let first = t.github("POST", &reactions, Some(&eyes)).await.expect(201);
        let again = t.github("POST", &reactions, Some(&eyes)).await.expect(200);
        assert_eq!(first["id"], again["id"]);
        let rocket = t
            .github("POST", &reactions, Some(&json!({ "content": "rocket" })))
            .await
            .expect(201);
        let listed = t
            .github("GET", &format!("{reactions}?content=eyes"), None)
            .await
            .expect(200);
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!(listed[0]["user"]["login"], "github-actions[bot]");
        t.github("DELETE", &format!("{reactions}/{}", rocket["id"]), None)
            .await
            .expect(204);
        let counted = t.github("GET", &comment, None).await.expect(200)["reactions"].clone();
        assert_eq!((&counted["eyes"], &counted["rocket"]), (&json!(1), &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn an_unknown_reaction_is_refused() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let path = format!("{REPO}/issues/1/comments");
        let comment = t
            .github("POST", &path, Some(&json!({ "body": "hello" })))
            .await
            .expect(201);
        let reactions = format!("{REPO}/issues/comments/{}/reactions", comment["id"]);
        let unknown = json!({ "content": "shrug" });
        t.call_badly(Api::GitHub, "POST", &reactions, Some(&unknown))
            .await
            .expect(422);
    })
    .await;
}
