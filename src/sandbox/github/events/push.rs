//! `push` and `delete`: what happened to a branch.

use serde_json::{Value, json};

use super::Asked;
use crate::github::api::repositories;
use crate::github::records::commit::{log, read};
use crate::github::refusal::Refusal;

/// Where there was nothing before, or is nothing after.
const NOTHING: &str = "0000000000000000000000000000000000000000";
/// Payloads carry no more.
const MOST_COMMITS: &str = "--max-count=2048";

pub(super) const KEYS: &[&str] = &["ref", "before", "after"];
pub(super) const KEYS_OF_DELETE: &[&str] = &["ref", "ref_type"];

/// `ref` (default: the default branch), `before` (default: the head's first parent), `after` (default: the
/// branch's head; a branch that is gone was deleted).
pub(super) async fn payload(asked: &Asked) -> Result<Value, Refusal> {
    let (repository, urls) = (&asked.hosted.repository, &asked.urls);
    let reference = match asked.key("ref") {
        Some(name) if name.starts_with("refs/") => name.to_owned(),
        Some(name) => format!("refs/heads/{name}"),
        None => format!("refs/heads/{}", repository.default_branch().await),
    };
    let is_tag = reference.starts_with("refs/tags/");
    let after = match asked.key("after") {
        Some(after) => repository.resolve(after).await,
        None => repository.resolve(&reference).await,
    };
    let head = match &after {
        Some(after) => read(repository, after).await?,
        None => None,
    };
    let parent = head.as_ref().and_then(|commit| commit.parents.first().cloned());
    let before = match asked.key("before") {
        Some(before) => repository.resolve(before).await,
        // A tag is new unless the caller says otherwise.
        None if is_tag => None,
        None => parent,
    };
    let commits = match (&before, &after) {
        (_, None) => Vec::new(),
        (Some(before), Some(after)) => {
            log(repository, &["--reverse", MOST_COMMITS, &format!("{before}..{after}")]).await?
        }
        // A tag brings no commits of its own.
        (None, Some(_)) if is_tag => Vec::new(),
        (None, Some(after)) => log(repository, &["--reverse", MOST_COMMITS, after]).await?,
    };
    let forced = match (&before, &after) {
        (Some(before), Some(after)) => !repository.is_ancestor(before, after).await,
        _ => false,
    };
    let short = |sha: &Option<String>| {
        sha.as_deref()
            .map_or("000000000000", |sha| &sha[..12.min(sha.len())])
            .to_owned()
    };
    let default = repository.default_branch().await;
    // What a new tag points to is on a branch already.
    let on_default = is_tag && after.is_some() && after == repository.head(&default).await;
    let base_ref = on_default.then(|| format!("refs/heads/{default}"));
    let mut repository_json = repositories::json(&asked.hosted, urls).await;
    // As in this event alone: times in seconds, and the default branch under its old name.
    repository_json["created_at"] = Value::from(asked.hosted.created_at.as_second());
    repository_json["pushed_at"] = Value::from(asked.hosted.clock.now().as_second());
    repository_json["master_branch"] = Value::from(default);
    let mut payload = json!({
        "ref": reference,
        "before": before.as_deref().unwrap_or(NOTHING),
        "after": after.as_deref().unwrap_or(NOTHING),
        "created": before.is_none(),
        "deleted": after.is_none(),
        "forced": forced,
        "base_ref": base_ref,
        "compare": urls.html(&format!("/compare/{}...{}", short(&before), short(&after))),
        "commits": commits.iter().map(|commit| commit.event_json(urls)).collect::<Vec<_>>(),
        "head_commit": head.as_ref().map(|commit| commit.event_json(urls)),
        "pusher": {"name": asked.hosted.repository.owner, "email": null},
        "repository": repository_json,
    });
    if let Some(commit) = &head {
        let user = commit.author.user();
        payload["pusher"] = json!({"name": user.login, "email": commit.author.email});
        payload["sender"] = user.json(&urls.base);
    }
    Ok(payload)
}

/// `ref`, `ref_type` (`branch`).
pub(super) fn delete(asked: &Asked) -> Result<Value, Refusal> {
    let name = asked
        .key("ref")
        .ok_or_else(|| Refusal::unprocessable("`ref` is missing"))?;
    Ok(json!({
        "ref": name.strip_prefix("refs/heads/").unwrap_or(name),
        "ref_type": asked.key("ref_type").unwrap_or("branch"),
        "pusher_type": "user",
    }))
}
