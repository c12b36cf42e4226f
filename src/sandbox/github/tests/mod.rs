//! The API as a client meets it: a real Git repository, a real port.

mod changes;
mod comments;
mod deployments;
mod pulls;
mod reading;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{GitHub, router, sandbox_router};
use crate::account::Account;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::repository::Repository;

/// `org/shop` with a branch `topic` one commit ahead of `main`.
struct World {
    directory: TempDir,
    base: String,
    http: reqwest::Client,
    clock: Clock,
    changes: Changes,
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
        let (clock, account, changes) = (Clock::new(1.0), Account::default(), Changes::default());
        let repository = Repository::new("org".into(), "shop".into(), 7, directory.path().to_owned());
        let github = GitHub::new(
            clock.clone(),
            account.clone(),
            &changes,
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
            changes,
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
