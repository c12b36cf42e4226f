//! The API as a client meets it: a real Git repository, a real port.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::super::account::{Account, AccountRules};
use super::super::clock::Clock;
use super::super::repository::Repository;
use super::{GitHub, router, sandbox_router};

/// `org/shop` with a branch `topic` one commit ahead of `main`.
struct World {
    directory: TempDir,
    base: String,
    http: reqwest::Client,
    clock: Clock,
    account: Account,
    github: Arc<GitHub>,
    token: &'static str,
}

struct Answer {
    status: u16,
    link: Option<String>,
    body: Value,
}

impl World {
    async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().expect("a directory");
        git(directory.path(), &["init", "--quiet", "--initial-branch=main"]);
        let (clock, account) = (Clock::new(1.0), Account::default());
        let repository = Repository::new("org".into(), "shop".into(), 7, directory.path().to_owned());
        let github = GitHub::new(
            clock.clone(),
            account.clone(),
            vec![Arc::new(repository)],
            String::new(),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let app = router(Arc::clone(&github)).merge(sandbox_router(Arc::clone(&github)));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let world = Self {
            directory,
            base,
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            clock,
            account,
            github,
            token: "any",
        };
        world.commit("main", "README.md", "Ada");
        world.commit("topic", "topic.txt", "Ada Lovelace");
        world
    }

    /// Adds a commit to a branch, which is made from `main` where it does not exist.
    fn commit(&self, branch: &str, file: &str, author: &str) -> String {
        let path = self.directory.path();
        let exists = Command::new("git")
            .arg("-C")
            .arg(path)
            .args(["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}")])
            .output()
            .expect("git");
        match (exists.status.success(), branch) {
            (false, "main") => {}
            (false, _) => drop(git(path, &["checkout", "--quiet", "-b", branch, "main"])),
            (true, _) => drop(git(path, &["checkout", "--quiet", branch])),
        }
        let target = path.join(file);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::write(target, format!("{branch} {file}\n")).expect("a file");
        git(path, &["add", "--all"]);
        let author = format!("--author={author} <someone@example.com>");
        git(
            path,
            &["commit", "--quiet", "--allow-empty", "--message", file, &author],
        );
        git(path, &["rev-parse", "HEAD"])
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(self.token);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let link = response
            .headers()
            .get("link")
            .map(|link| link.to_str().expect("text").to_owned());
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        Answer {
            status,
            link,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, &format!("/repos/org/shop{path}"), Value::Null)
            .await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, &format!("/repos/org/shop{path}"), body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, &format!("/repos/org/shop{path}"), body).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, &format!("/repos/org/shop{path}"), Value::Null)
            .await
    }

    async fn open(&self, head: &str) -> Answer {
        self.post("/pulls", json!({"title": "T", "head": head, "base": "main"}))
            .await
    }

    async fn event(&self, query: &str) -> Value {
        self.call(Method::GET, &format!("/_sandbox/event?{query}"), Value::Null)
            .await
            .body
    }
}

fn git(path: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(path)
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .output()
        .expect("git");
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

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
async fn a_deployment_of_a_branch_that_is_behind_merges_unless_told_not_to() {
    let world = World::new().await;
    world.commit("main", "ahead.txt", "Ada");
    let merged = world
        .post("/deployments", json!({"ref": "topic", "required_contexts": []}))
        .await;
    assert_eq!(merged.status, 202);
    assert_eq!(world.get("/deployments").await.body, json!([]));
}

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
async fn a_page_shows_comments_as_text() {
    let world = World::new().await;
    world.open("topic").await;
    world
        .post("/issues/1/comments", json!({"body": "<script>alert(1)</script>"}))
        .await;
    let page = world
        .http
        .get(format!("{}/org/shop/pull/1", world.base))
        .send()
        .await
        .expect("a page");
    let page = page.text().await.expect("text");
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
}
