//! A workflow run: one for every head of a pull request that could be merged, started when it was noticed.

use jiff::Timestamp;

use super::pull::Pull;
use super::user::User;
use crate::repository::Repository;

#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: u64,
    /// Of the pull request.
    pub(crate) number: u64,
    pub(crate) head_owner: String,
    pub(crate) branch: String,
    pub(crate) sha: String,
    pub(crate) actor: User,
    pub(crate) created_at: Timestamp,
}

/// While a pull request conflicts with its base there is no merge to check out, and GitHub starts nothing.
pub(crate) async fn starts(repository: &Repository, base_sha: &str, head_sha: &str) -> bool {
    repository.merges(base_sha, head_sha).await != Some(false)
}

/// The push of this head starts a run with this id.
pub(crate) fn start(id: u64, pull: &Pull, now: Timestamp) -> Run {
    Run {
        id,
        number: pull.number,
        head_owner: pull.head_owner.clone(),
        branch: pull.head.clone(),
        sha: pull.head_sha.clone(),
        actor: pull.author.clone(),
        created_at: now,
    }
}
