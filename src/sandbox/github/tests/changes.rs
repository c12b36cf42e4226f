//! What is written counts as a change, and what is only read does not.

use serde_json::json;

use super::World;

#[tokio::test]
async fn every_write_is_a_change_and_no_read_is() {
    let world = World::new().await;
    let mut seen = world.changes.version();
    let mut has_changed = || {
        let before = std::mem::replace(&mut seen, world.changes.version());
        before < seen
    };
    world.open("topic").await;
    assert!(has_changed());
    let comment = world.post("/issues/1/comments", json!({"body": "hi"})).await.body["id"].clone();
    assert!(has_changed());
    let comment = format!("/issues/comments/{comment}");
    for path in [
        "",
        "/pulls",
        "/pulls/1",
        "/pulls/1/files",
        "/issues/1",
        "/issues/1/labels",
        "/issues/1/comments",
        &comment,
        &format!("{comment}/reactions"),
        "/actions/runs",
        "/commits/topic/pulls",
        "/commits/topic/status",
        "/deployments",
        "/environments",
    ] {
        assert_eq!(world.get(path).await.status, 200, "{path}");
        assert!(!has_changed(), "{path}");
    }
    for (path, body) in [
        (format!("{comment}/reactions"), json!({"content": "eyes"})),
        ("/issues/1/labels".to_owned(), json!(["bug"])),
    ] {
        world.post(&path, body).await;
        assert!(has_changed(), "{path}");
    }
    world.commit("topic", "second.txt", "Ada");
    world.get("/pulls/1").await;
    assert!(has_changed(), "the push has been noticed");
}
