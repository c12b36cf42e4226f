//! Commits as GitHub shows them.

use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::changes::{self, Change};
use super::paging::paged;
use super::urls::Urls;
use crate::github::records::commit::{Commit, Signature, log, read};
use crate::github::records::following;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;

impl Signature {
    fn json(&self) -> Value {
        json!({"name": self.name, "email": self.email, "date": self.date()})
    }
}

impl Commit {
    /// `commit`, without `stats` and `files`.
    pub(crate) fn json(&self, urls: &Urls) -> Value {
        let sha = &self.sha;
        let git = urls.api(&format!("/git/commits/{sha}"));
        let parents: Vec<Value> = self
            .parents
            .iter()
            .map(|parent| {
                json!({
                    "sha": parent,
                    "url": urls.api(&format!("/commits/{parent}")),
                    "html_url": urls.html(&format!("/commit/{parent}")),
                })
            })
            .collect();
        json!({
            "sha": sha,
            "node_id": format!("C_{sha}"),
            "commit": {
                "author": self.author.json(),
                "committer": self.committer.json(),
                "message": self.message,
                "tree": {"sha": self.tree, "url": urls.api(&format!("/git/trees/{}", self.tree))},
                "url": git,
                "comment_count": 0,
                "verification": {
                    "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null,
                },
            },
            "url": urls.api(&format!("/commits/{sha}")),
            "html_url": urls.html(&format!("/commit/{sha}")),
            "comments_url": urls.api(&format!("/commits/{sha}/comments")),
            "author": self.author.user().json(&urls.base),
            "committer": self.committer.user().json(&urls.base),
            "parents": parents,
        })
    }

    /// `simple-commit`: what workflow runs and merge groups carry of their head.
    pub(crate) fn simple_json(&self) -> Value {
        json!({
            "id": self.sha,
            "tree_id": self.tree,
            "message": self.message,
            "timestamp": self.committer.date(),
            "author": {"name": self.author.name, "email": self.author.email},
            "committer": {"name": self.committer.name, "email": self.committer.email},
        })
    }

    /// The short form that webhooks carry: `head_commit` and `commits[]`.
    pub(crate) fn event_json(&self, urls: &Urls) -> Value {
        let who = |signature: &Signature| {
            json!({
                "name": signature.name,
                "email": signature.email,
                "username": signature.user().login,
                "date": signature.date(),
            })
        };
        json!({
            "id": self.sha,
            "tree_id": self.tree,
            "distinct": true,
            "message": self.message,
            "timestamp": self.committer.date(),
            "url": urls.html(&format!("/commit/{}", self.sha)),
            "author": who(&self.author),
            "committer": who(&self.committer),
            "added": [],
            "removed": [],
            "modified": [],
        })
    }
}

/// `GET /commits` of a branch, newest first.
pub(crate) async fn list(call: Call) -> Reply {
    let default = call.hosted.repository.default_branch().await;
    let sha = resolve(&call, call.asked("sha").unwrap_or(&default)).await?;
    let commits = log(&call.hosted.repository, &[sha.as_str()]).await?;
    paged(&call, commits.iter().map(|commit| commit.json(&call.urls)).collect())
}

/// `GET /commits/{ref}`
pub(crate) async fn get(call: &Call, name: &str) -> Reply {
    let repository = &call.hosted.repository;
    let sha = resolve(call, name).await?;
    let commit = read(repository, &sha).await?.ok_or_else(Refusal::not_found)?;
    let files = changes::of_commit(repository, &commit).await?;
    let mut body = commit.json(&call.urls);
    body["stats"] = changes::totals(&files);
    body["files"] = files.iter().map(|file: &Change| file.json(&call.urls, &sha)).collect();
    ok(&body)
}

/// `GET /commits/{ref}/check-runs`: there are none here.
pub(crate) async fn check_runs(call: &Call, name: &str) -> Reply {
    resolve(call, name).await?;
    ok(&json!({"total_count": 0, "check_runs": []}))
}

/// `GET /commits/{ref}/statuses`: there are none here.
pub(crate) async fn statuses(call: &Call, name: &str) -> Reply {
    resolve(call, name).await?;
    paged(call, Vec::new())
}

pub(crate) async fn resolve(call: &Call, name: &str) -> Result<String, Refusal> {
    let found = following::resolve(&call.hosted, name).await;
    found.ok_or_else(|| Refusal::unprocessable(format!("No commit found for SHA: {name}")))
}

/// `GET /commits/{ref}/status`, the combined one: nothing reports any here, which GitHub calls pending.
pub(crate) async fn status(call: &Call, name: &str) -> Reply {
    let sha = resolve(call, name).await?;
    let url = call.urls.api(&format!("/commits/{sha}"));
    ok(&json!({
        "state": "pending",
        "statuses": [],
        "sha": sha,
        "total_count": 0,
        "repository": super::repositories::json(&call.hosted, &call.urls).await,
        "commit_url": url,
        "url": format!("{url}/status"),
    }))
}

/// For `id` fields that Git has none for.
pub(crate) fn sha_node(kind: &str, sha: &str) -> String {
    node_id(
        kind,
        u64::from_str_radix(sha.get(..15).unwrap_or_default(), 16).unwrap_or_default(),
    )
}
