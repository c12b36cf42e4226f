//! Commits read from Git and shown as GitHub shows them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::changes::{self, Change};
use super::commit_pulls;
use super::paging::paged;
use super::urls::Urls;
use crate::github::records::following;
use crate::github::records::hosted::stamp;
use crate::github::records::user::{User, node_id};
use crate::github::refusal::Refusal;
use crate::repository::{GitError, Repository};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Signature,
    pub(crate) committer: Signature,
    pub(crate) message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) email: String,
    /// As Git prints it, offset included.
    date: String,
}

impl Signature {
    pub(crate) fn date(&self) -> String {
        match self.date.parse::<Timestamp>() {
            Ok(time) => stamp(time),
            Err(_) => self.date.clone(),
        }
    }

    pub(crate) fn user(&self) -> User {
        User::from_git_author(&self.name)
    }

    fn json(&self) -> Value {
        json!({"name": self.name, "email": self.email, "date": self.date()})
    }
}

/// Fields apart by NUL, the message last; commits apart by the record separator, which no message has.
const FORMAT: &str = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x1e";

/// The commits that `git log` selects with these arguments, in its order.
pub(crate) async fn log(repository: &Repository, selection: &[&str]) -> Result<Vec<Commit>, GitError> {
    let mut args = vec!["log", "--no-color", "--no-show-signature", "--encoding=UTF-8", FORMAT];
    args.extend(selection);
    args.push("--");
    let printed = repository.git(&args).await?;
    let text = String::from_utf8_lossy(&printed);
    Ok(text
        .split('\u{1e}')
        .filter_map(|record| parse(record.trim_start_matches('\n')))
        .collect())
}

pub(crate) async fn read(repository: &Repository, sha: &str) -> Result<Option<Commit>, GitError> {
    Ok(log(repository, &["-1", sha]).await?.into_iter().next())
}

fn parse(record: &str) -> Option<Commit> {
    let mut fields = record.splitn(10, '\0').map(str::to_owned);
    let mut next = || fields.next();
    Some(Commit {
        sha: next().filter(|sha| !sha.is_empty())?,
        tree: next()?,
        parents: next()?.split_whitespace().map(str::to_owned).collect(),
        author: Signature {
            name: next()?,
            email: next()?,
            date: next()?,
        },
        committer: Signature {
            name: next()?,
            email: next()?,
            date: next()?,
        },
        message: next()?.trim_end().to_owned(),
    })
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
    let default = call.hub.repository.default_branch().await;
    let sha = resolve(&call, call.asked("sha").unwrap_or(&default)).await?;
    let commits = log(&call.hub.repository, &[sha.as_str()]).await?;
    paged(&call, commits.iter().map(|commit| commit.json(&call.urls)).collect())
}

/// `GET /commits/{ref}` and what lies below a commit. One handler, because a ref may contain slashes.
pub(crate) async fn get(call: Call) -> Reply {
    let path = call.param("ref");
    if let Some(name) = path.strip_suffix("/pulls") {
        return commit_pulls::list(&call, name).await;
    }
    if let Some(name) = path.strip_suffix("/status") {
        return status(&call, name).await;
    }
    if let Some(name) = path.strip_suffix("/check-runs") {
        resolve(&call, name).await?;
        return ok(&json!({"total_count": 0, "check_runs": []}));
    }
    if let Some(name) = path.strip_suffix("/statuses") {
        resolve(&call, name).await?;
        return paged(&call, Vec::new());
    }
    let repository = &call.hub.repository;
    let sha = resolve(&call, path).await?;
    let commit = read(repository, &sha).await?.ok_or_else(Refusal::not_found)?;
    let files = changes::of_commit(repository, &commit).await?;
    let mut body = commit.json(&call.urls);
    body["stats"] = changes::totals(&files);
    body["files"] = files.iter().map(|file: &Change| file.json(&call.urls, &sha)).collect();
    ok(&body)
}

pub(crate) async fn resolve(call: &Call, name: &str) -> Result<String, Refusal> {
    let found = following::resolve(&call.hub, name).await;
    found.ok_or_else(|| Refusal::unprocessable(format!("No commit found for SHA: {name}")))
}

/// The combined status: nothing reports any here, which GitHub calls pending.
async fn status(call: &Call, name: &str) -> Reply {
    let sha = resolve(call, name).await?;
    let url = call.urls.api(&format!("/commits/{sha}"));
    ok(&json!({
        "state": "pending",
        "statuses": [],
        "sha": sha,
        "total_count": 0,
        "repository": super::repositories::json(&call.hub, &call.urls).await,
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

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_git_log_prints() {
        let record = "aa\0tt\0p1 p2\0Ada\0ada@example.com\x002024-05-01T12:00:00+02:00\0Bob\0b@example.com\x002024-05-01T10:00:01Z\0Title\n\nBody\n";
        let commit = parse(record).expect("a commit");
        assert_eq!(commit.parents, ["p1", "p2"]);
        assert_eq!(commit.author.date(), "2024-05-01T10:00:00Z");
        assert_eq!(commit.message, "Title\n\nBody");
        assert_eq!(parse(""), None);
    }
}
