//! Pull requests: opened, followed, closed, merged.

use serde_json::json;

use super::{World, git};

#[tokio::test]
async fn a_pull_request_follows_its_branch_until_it_is_closed() {
    let world = World::new().await;
    let opened = world.open("topic").await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert_eq!(opened.body["number"], 1);
    assert_eq!(opened.body["user"]["login"], "ada-lovelace");
    assert_eq!(opened.body["mergeable"], true);
    let before = opened.body["head"]["sha"].clone();

    let second = world.commit("topic", "second.txt", "Ada");
    assert_eq!(world.get("/pulls/1").await.body["head"]["sha"], second.as_str());
    let event = world.event("name=pull_request&action=synchronize&number=1").await;
    assert_eq!((&event["before"], &event["after"]), (&before, &json!(second)));

    let closed = world.patch("/pulls/1", json!({"state": "closed"})).await;
    assert_eq!(
        (&closed.body["state"], &closed.body["merged"]),
        (&json!("closed"), &json!(false))
    );
    world.commit("topic", "third.txt", "Ada");
    assert_eq!(world.get("/pulls/1").await.body["head"]["sha"], second.as_str());
}

#[tokio::test]
async fn a_deleted_branch_leaves_its_last_commit() {
    let world = World::new().await;
    let opened = world.open("topic").await;
    git(world.directory.path(), &["checkout", "--quiet", "main"]);
    git(world.directory.path(), &["branch", "-D", "topic"]);
    assert_eq!(
        world.get("/pulls/1").await.body["head"]["sha"],
        opened.body["head"]["sha"]
    );
    world.patch("/pulls/1", json!({"state": "closed"})).await;
    assert_eq!(world.patch("/pulls/1", json!({"state": "open"})).await.status, 422);
}

#[tokio::test]
async fn closing_after_the_base_got_the_head_is_a_merge() {
    let world = World::new().await;
    world.open("topic").await;
    git(world.directory.path(), &["checkout", "--quiet", "main"]);
    git(
        world.directory.path(),
        &["merge", "--quiet", "--no-ff", "--message", "Merge", "topic"],
    );
    let merge = git(world.directory.path(), &["rev-parse", "main"]);
    world.commit("main", "later.txt", "Ada");
    let closed = world.patch("/pulls/1", json!({"state": "closed"})).await.body;
    assert_eq!(
        (&closed["merged"], &closed["merge_commit_sha"]),
        (&json!(true), &json!(merge))
    );
    let of_merge = world.get(&format!("/commits/{merge}/pulls")).await.body;
    assert_eq!(of_merge[0]["number"], 1);
    assert_eq!(
        world.get("/commits/main/pulls").await.body,
        json!([]),
        "the later commit came without"
    );
}

#[tokio::test]
async fn a_fast_forward_is_merged_by_the_head_itself() {
    let world = World::new().await;
    let head = world.open("topic").await.body["head"]["sha"].clone();
    git(world.directory.path(), &["checkout", "--quiet", "main"]);
    git(world.directory.path(), &["merge", "--quiet", "--ff-only", "topic"]);
    world.commit("main", "later.txt", "Ada");
    let closed = world.patch("/pulls/1", json!({"state": "closed"})).await.body;
    assert_eq!((&closed["merged"], &closed["merge_commit_sha"]), (&json!(true), &head));
}

#[tokio::test]
async fn refuses_pull_requests_in_github_s_words() {
    let world = World::new().await;
    let none = world.open("main").await;
    assert_eq!(none.status, 422);
    assert_eq!(none.body["errors"][0]["message"], "No commits between main and main");
    assert_eq!(world.open("nope").await.body["errors"][0]["field"], "head");
    world.open("topic").await;
    let twin = world.open("org:topic").await;
    assert_eq!(
        twin.body["errors"][0]["message"],
        "A pull request already exists for org:topic."
    );
    assert_eq!(world.get("/pulls/9").await.body["status"], "404");
}

#[tokio::test]
async fn a_stranger_s_head_is_a_fork_s_and_a_bot_s_commit_a_bot_s() {
    let world = World::new().await;
    let fork = world.open("stranger:topic").await.body;
    assert_eq!(fork["head"]["repo"]["full_name"], "stranger/shop");
    assert_eq!(
        (&fork["head"]["repo"]["fork"], &fork["head"]["label"]),
        (&json!(true), &json!("stranger:topic"))
    );
    world.commit("bump", "lock", "dependabot[bot]");
    assert_eq!(world.open("bump").await.body["user"]["type"], "Bot");
    let found = world.get("/pulls?state=all&head=stranger:topic").await.body;
    assert_eq!(found.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn two_changes_of_one_line_do_not_merge() {
    let world = World::new().await;
    world.commit("theirs", "same.txt", "Ada");
    world.commit("main", "same.txt", "Ada");
    let pull = world.open("theirs").await.body;
    assert_eq!(
        (&pull["mergeable"], &pull["mergeable_state"]),
        (&json!(false), &json!("dirty"))
    );
}

#[tokio::test]
async fn labels_are_made_by_their_first_use() {
    let world = World::new().await;
    world.open("topic").await;
    world
        .post("/issues/1/labels", json!({"labels": ["Preview", "preview"]}))
        .await;
    let pull = world.get("/pulls/1").await.body;
    assert_eq!(pull["labels"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.delete("/issues/1/labels/PREVIEW").await.body, json!([]));
    assert_eq!(world.delete("/issues/1/labels/preview").await.status, 404);
}

#[tokio::test]
async fn a_file_that_one_side_removes_is_no_conflict_unless_the_other_changed_it() {
    let world = World::new().await;
    let path = world.directory.path();
    world.commit("main", "old.txt", "Ada");
    world.commit("removal", "new.txt", "Ada");
    git(path, &["rm", "--quiet", "old.txt"]);
    git(path, &["commit", "--quiet", "--message", "Remove"]);
    let objects = git(path, &["count-objects"]);
    assert_eq!(world.open("removal").await.body["mergeable"], true);
    assert_eq!(git(path, &["count-objects"]), objects, "the repository is only read");
    git(path, &["checkout", "--quiet", "main"]);
    std::fs::write(path.join("old.txt"), "changed\n").expect("a file");
    git(path, &["commit", "--quiet", "--all", "--message", "Change"]);
    assert_eq!(world.get("/pulls/1").await.body["mergeable"], false);
}
