//! Pull requests as GitHub shows them, in lists and one by one.

use serde_json::{Value, json};

use super::changes;
use super::collaborators::association;
use super::labels;
use super::repositories;
use super::urls::Urls;
use crate::github::records::hosted::HostedRepository;
use crate::github::records::merging;
use crate::github::records::pull::Pull;
use crate::github::records::user::{User, node_id};
use crate::github::stamp::stamp;
use crate::repository::Repository;

/// `pull-request-simple`: what lists have.
pub(crate) async fn simple(hosted: &HostedRepository, urls: &Urls, pull: &Pull) -> Value {
    let number = pull.number;
    let api = urls.api(&format!("/pulls/{number}"));
    let issue = urls.api(&format!("/issues/{number}"));
    let html = urls.html(&format!("/pull/{number}"));
    let statuses = urls.api(&format!("/statuses/{}", pull.head_sha));
    let comment = urls.api("/pulls/comments{/number}");
    let link = |href: &str| json!({"href": href});
    let owner = &hosted.repository.owner;
    let base_repository = repositories::json(hosted, urls).await;
    let head_repository = if pull.is_fork_of(owner) {
        repositories::fork_json(hosted, urls, &pull.head_owner).await
    } else {
        base_repository.clone()
    };
    let links = json!({
        "self": link(&api),
        "html": link(&html),
        "issue": link(&issue),
        "comments": link(&format!("{issue}/comments")),
        "review_comments": link(&format!("{api}/comments")),
        "review_comment": link(&comment),
        "commits": link(&format!("{api}/commits")),
        "statuses": link(&statuses),
    });
    json!({
        "url": api,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": html,
        "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"),
        "issue_url": issue,
        "commits_url": format!("{api}/commits"),
        "review_comments_url": format!("{api}/comments"),
        "review_comment_url": comment,
        "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses,
        "number": number,
        "state": pull.state(),
        "locked": pull.locked,
        "active_lock_reason": null,
        "title": pull.title,
        "user": pull.author.json(&urls.base),
        "body": pull.body,
        "labels": labels::json_of(hosted, urls, &pull.labels),
        "milestone": null,
        "created_at": stamp(pull.created_at),
        "updated_at": stamp(pull.updated_at),
        "closed_at": pull.closed_at.map(stamp),
        "merged_at": pull.merged_at.map(stamp),
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": null,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": pull.draft,
        "head": {
            "label": pull.head_label(),
            "ref": pull.head,
            "sha": pull.head_sha,
            "user": User::from_login(&pull.head_owner).json(&urls.base),
            "repo": head_repository,
        },
        "base": {
            "label": format!("{owner}:{}", pull.base),
            "ref": pull.base,
            "sha": pull.base_sha,
            "user": User::from_login(owner).json(&urls.base),
            "repo": base_repository,
        },
        "_links": links,
        "author_association": association(hosted, &pull.author),
        "auto_merge": null,
    })
}

/// `pull-request`: with merge state and totals.
pub(crate) async fn full(hosted: &HostedRepository, urls: &Urls, pull: &Pull) -> Value {
    let repository = &hosted.repository;
    let mergeable = if pull.is_open() {
        merging::mergeable(repository, pull).await
    } else {
        None
    };
    let (merge_state, mergeable) = match mergeable {
        Some(true) if pull.draft => ("draft", Some(true)),
        Some(true) => ("clean", Some(true)),
        Some(false) => ("dirty", Some(false)),
        None => ("unknown", None),
    };
    let commits = repository
        .count_between(&pull.base_sha, &pull.head_sha)
        .await
        .unwrap_or(0);
    let files = files(repository, pull).await;
    let totals = changes::totals(&files);
    let comments = hosted
        .records()
        .comments
        .values()
        .filter(|comment| comment.number == pull.number)
        .count();
    let merged_by = pull.closed_by.as_ref().filter(|_| pull.merged_at.is_some());
    let mut body = simple(hosted, urls, pull).await;
    body["merged"] = Value::from(pull.merged_at.is_some());
    body["mergeable"] = Value::from(mergeable);
    body["rebaseable"] = Value::from(mergeable);
    body["mergeable_state"] = Value::from(merge_state);
    body["merged_by"] = merged_by.map_or(Value::Null, |user| user.json(&urls.base));
    body["comments"] = Value::from(comments);
    body["review_comments"] = Value::from(0);
    body["maintainer_can_modify"] = Value::from(false);
    body["commits"] = Value::from(commits);
    body["additions"] = totals["additions"].clone();
    body["deletions"] = totals["deletions"].clone();
    body["changed_files"] = Value::from(files.len());
    body
}

/// Files that the pull request changes, against where it left its base.
pub(crate) async fn files(repository: &Repository, pull: &Pull) -> Vec<changes::Change> {
    let Some(fork_point) = repository.merge_base(&pull.base_sha, &pull.head_sha).await else {
        return Vec::new();
    };
    changes::between(repository, &fork_point, &pull.head_sha)
        .await
        .unwrap_or_default()
}
