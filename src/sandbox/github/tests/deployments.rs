//! Deployments under GitHub's rules.

use serde_json::{Value, json};

use super::World;

#[tokio::test]
async fn deployments_keep_github_s_rules() {
    let world = World::new().await;
    let new = json!({"ref": "topic", "environment": "preview", "auto_merge": false, "required_contexts": []});
    let mut bare = new.clone();
    bare["required_contexts"] = Value::Null;
    let refused = world.post("/deployments", bare).await;
    assert_eq!(refused.status, 409);
    assert_eq!(
        refused.body["message"],
        "Conflict: Commit status checks failed for topic."
    );
    let first = world.post("/deployments", new.clone()).await.body["id"].clone();
    let second = world.post("/deployments", new.clone()).await.body["id"].clone();
    let mut transient = new;
    transient["transient_environment"] = json!(true);
    let third = world.post("/deployments", transient).await.body["id"].clone();
    let say = |id: &Value, state: &str| (format!("/deployments/{id}/statuses"), json!({"state": state}));
    for id in [&first, &third, &second] {
        let (path, body) = say(id, "success");
        assert_eq!(world.post(&path, body).await.status, 201);
    }
    let state = async |id: &Value| world.get(&format!("/deployments/{id}/statuses")).await.body[0]["state"].clone();
    assert_eq!(state(&first).await, "inactive");
    assert_eq!(
        state(&third).await,
        "success",
        "transient ones are left alone, later ones too"
    );
    assert_eq!(world.delete(&format!("/deployments/{second}")).await.status, 422);
    assert_eq!(world.delete(&format!("/deployments/{first}")).await.status, 204);
    let (path, mut body) = say(&second, "success");
    body["description"] = json!("x".repeat(141));
    assert_eq!(world.post(&path, body).await.status, 422);
    let newest_first = world.get("/deployments?environment=preview").await.body;
    assert_eq!((&newest_first[0]["id"], &newest_first[1]["id"]), (&third, &second));
    assert_eq!(world.delete("/environments/preview").await.status, 403);
}

#[tokio::test]
async fn a_deployment_of_a_branch_that_is_behind_merges_unless_auto_merge_is_off() {
    let world = World::new().await;
    world.commit("main", "ahead.txt", "Ada");
    let merged = world
        .post("/deployments", json!({"ref": "topic", "required_contexts": []}))
        .await;
    assert_eq!(merged.status, 202);
    assert_eq!(world.get("/deployments").await.body, json!([]));
}
