//! Whether a pull request could be merged, and whether it has been.

use super::pull::Pull;
use crate::github::records::commit;
use crate::repository::Repository;

/// Whether the head could be merged into its base as they are now. `None`: it cannot be determined.
pub(crate) async fn mergeable(repository: &Repository, pull: &Pull) -> Option<bool> {
    let base = repository.head(&pull.base).await?;
    repository.merges(&base, &pull.head_sha).await
}

/// The commit that brought the head into its base: the merge, or the head itself after a fast-forward.
/// `None`: the base does not contain the head.
pub(crate) async fn merge_commit(repository: &Repository, pull: &Pull) -> Option<String> {
    let base = repository.head(&pull.base).await?;
    if !repository.is_ancestor(&pull.head_sha, &base).await {
        return None;
    }
    let range = format!("{}..{base}", pull.head_sha);
    let args = ["rev-list", "--ancestry-path", "--first-parent", &range];
    let after = repository.git(&args).await.unwrap_or_default();
    let after = String::from_utf8_lossy(&after);
    let Some(first) = after.lines().last() else {
        return Some(pull.head_sha.clone());
    };
    let commit = commit::read(repository, first).await.ok().flatten()?;
    // After a fast-forward the next commit on the base builds on the head: that one merged nothing.
    let builds_on_head = commit.parents.first() == Some(&pull.head_sha);
    Some(if builds_on_head {
        pull.head_sha.clone()
    } else {
        commit.sha
    })
}
