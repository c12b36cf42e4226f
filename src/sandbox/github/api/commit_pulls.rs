//! The pull requests that a commit belongs to.

use super::call::{Call, Reply};
use super::paging::paged;
use super::{commits, pull_json};
use crate::github::records::following;
use crate::github::records::pull::Pull;
use crate::repository::Repository;

/// Pull requests that brought a commit, or carry it while they are open; never those closed without a merge.
pub(crate) async fn list(call: &Call, name: &str) -> Reply {
    let sha = commits::resolve(call, name).await?;
    let repository = &call.hosted.repository;
    let mut found = Vec::new();
    for pull in following::all_current(&call.hosted).await {
        if carries(repository, &pull, &sha).await {
            found.push(pull_json::simple(&call.hosted, &call.urls, &pull).await);
        }
    }
    paged(call, found)
}

async fn carries(repository: &Repository, pull: &Pull, sha: &str) -> bool {
    if !pull.is_open() && pull.merged_at.is_none() {
        return false;
    }
    if pull.head_sha == sha || pull.merge_commit_sha.as_deref() == Some(sha) {
        return true;
    }
    let from = if pull.merged_at.is_some() {
        Some(pull.base_sha.clone())
    } else {
        repository.head(&pull.base).await
    };
    let Some(base) = from else { return false };
    repository.is_ancestor(sha, &pull.head_sha).await && !repository.is_ancestor(sha, &base).await
}
