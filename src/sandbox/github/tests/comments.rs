//! Comments and reactions, and who writes them.

use serde_json::{Value, json};

use super::World;

#[tokio::test]
async fn comments_come_in_pages_oldest_first() {
    let world = World::new().await;
    world.open("topic").await;
    for number in 0..3 {
        world
            .post("/issues/1/comments", json!({"body": format!("{number}")}))
            .await;
    }
    let page = world.get("/issues/1/comments?per_page=2").await;
    assert_eq!(page.body[1]["body"], "1");
    assert_eq!(page.body[0]["user"]["login"], "github-actions[bot]");
    let next = format!(
        "<{}/repos/org/shop/issues/1/comments?per_page=2&page=2>; rel=\"next\"",
        world.base
    );
    assert!(
        page.link.as_deref().unwrap_or_default().starts_with(&next),
        "{:?}",
        page.link
    );
    assert_eq!(
        world
            .post("/issues/1/comments", json!({"body": "x".repeat(65_537)}))
            .await
            .status,
        422
    );
    assert!(world.github.stored_texts().contains(&"2".to_owned()));
}

#[tokio::test]
async fn a_token_named_after_a_person_acts_as_that_person() {
    let mut world = World::new().await;
    world.open("topic").await;
    world.token = "user:eve";
    let comment = world.post("/issues/1/comments", json!({"body": "hi"})).await.body;
    assert_eq!(
        (&comment["user"]["login"], &comment["performed_via_github_app"]),
        (&json!("eve"), &Value::Null)
    );
    let event = world
        .event(&format!("name=issue_comment&comment_id={}", comment["id"]))
        .await;
    assert_eq!(event["sender"]["login"], "eve");
    assert!(event["issue"]["pull_request"].is_object());
}

#[tokio::test]
async fn a_second_reaction_of_the_same_kind_is_the_first_one() {
    let world = World::new().await;
    world.open("topic").await;
    let id = world.post("/issues/1/comments", json!({"body": "hi"})).await.body["id"].clone();
    let path = format!("/issues/comments/{id}/reactions");
    let first = world.post(&path, json!({"content": "eyes"})).await;
    let again = world.post(&path, json!({"content": "eyes"})).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.body["id"], again.body["id"]);
}

#[tokio::test]
async fn a_page_shows_comments_as_github_does() {
    let world = World::new().await;
    world.open("topic").await;
    world
        .post(
            "/issues/1/comments",
            json!({"body": "**Ready** <script>alert(1)</script>"}),
        )
        .await;
    let page = world
        .http
        .get(format!("{}/org/shop/pull/1", world.base))
        .send()
        .await
        .expect("a page");
    let page = page.text().await.expect("text");
    assert!(
        page.contains("<strong>Ready</strong>") && !page.contains("alert(1)"),
        "{page}"
    );
}
