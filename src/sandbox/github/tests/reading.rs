//! Files, events, and how much may be asked.

use reqwest::Method;
use serde_json::{Value, json};

use super::{World, git};
use crate::account::AccountRules;

#[tokio::test]
async fn reads_files_by_plain_and_by_encoded_path() {
    let world = World::new().await;
    world.commit("topic", "server/.do/app.yaml", "Ada");
    for path in ["server/.do/app.yaml", "server%2F.do%2Fapp.yaml"] {
        let file = world.get(&format!("/contents/{path}?ref=topic")).await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.body["content"], "dG9waWMgc2VydmVyLy5kby9hcHAueWFtbAo=\n");
    }
    assert_eq!(
        world.get("/contents/server?ref=topic").await.body[0]["path"],
        "server/.do"
    );
    assert_eq!(
        world.get("/contents/server/.do/app.yaml").await.status,
        404,
        "not on main"
    );
    let ahead = world.get("/compare/main...topic").await.body;
    assert_eq!((&ahead["ahead_by"], &ahead["behind_by"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn a_read_only_token_reads() {
    let mut world = World::new().await;
    world.open("topic").await;
    world.account.set(AccountRules {
        github_read_only: vec!["ro".to_owned()],
        ..AccountRules::default()
    });
    world.token = "ro";
    assert_eq!(world.get("/pulls/1").await.status, 200);
    let refused = world.post("/issues/1/comments", json!({"body": "hi"})).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.body["message"], "Resource not accessible by integration");
}

#[tokio::test]
async fn the_thousandth_request_is_the_last_of_the_hour() {
    let world = World::new().await;
    for _ in 0..1_000 {
        assert_eq!(world.get("/pulls/1").await.status, 404);
    }
    assert_eq!(world.get("/pulls/1").await.status, 403);
    let standing = world.call(Method::GET, "/rate_limit", Value::Null).await;
    assert_eq!(
        (standing.status, &standing.body["rate"]["remaining"]),
        (200, &json!(0)),
        "asking is free"
    );
    world.clock.advance(3_600);
    assert_eq!(world.get("/pulls/1").await.status, 404);
}

#[tokio::test]
async fn a_push_says_what_it_brought() {
    let world = World::new().await;
    let before = git(world.directory.path(), &["rev-parse", "main"]);
    let after = world.commit("main", "new.txt", "Ada");
    let push = world
        .event(&format!("name=push&ref=refs/heads/main&before={before}"))
        .await;
    assert_eq!((&push["before"], &push["after"]), (&json!(before), &json!(after)));
    assert_eq!(
        (&push["head_commit"]["id"], &push["forced"]),
        (&json!(after), &json!(false))
    );
    assert_eq!(push["commits"].as_array().map(Vec::len), Some(1));
    let gone = world.event("name=push&ref=gone&before=main").await;
    assert_eq!((&gone["deleted"], &gone["head_commit"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn an_event_takes_what_it_knows_and_nothing_else() {
    let world = World::new().await;
    let refused = world.event("name=push&branch=main").await;
    assert_eq!(
        refused["message"],
        "`push` takes no `branch`, only name, sender, repository, ref, before, after"
    );
    let watched = world.event("name=watch&action=started&sender=ada").await;
    assert_eq!(watched["action"], "started");
    assert_eq!(world.event("name=schedule&cron=x").await["status"], "422");
}

#[tokio::test]
async fn a_dispatch_carries_an_object_of_limited_size() {
    let world = World::new().await;
    let of = async |payload: Value| {
        let query = format!("name=repository_dispatch&client_payload={payload}");
        world.event(&query).await
    };
    assert_eq!(of(json!({"pr": 1})).await["client_payload"], json!({"pr": 1}));
    assert_eq!(of(json!([1])).await["status"], "422");
    let many = |count: u32| Value::from_iter((0..count).map(|key| (key.to_string(), key)));
    assert_eq!(of(many(10)).await["client_payload"], many(10));
    assert_eq!(of(many(11)).await["status"], "422");
}
