//! A pull request as the flows need it.

use super::commit::Sha;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PullRequest {
    pub(crate) number: u64,
    /// The author's words.
    pub(crate) title: String,
    pub(crate) open: bool,
    pub(crate) draft: bool,
    pub(crate) author: String,
    pub(crate) author_is_bot: bool,
    pub(crate) labels: Vec<String>,
    pub(crate) head: Head,
    pub(crate) base_branch: String,
}

/// The tip of the branch that the pull request asks to merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) sha: Sha,
    pub(crate) branch: String,
    /// `owner/name`; `None` when the fork has been deleted.
    pub(crate) repository: Option<String>,
}

impl PullRequest {
    /// Whether the head lives in another repository than `repository` (`owner/name`).
    pub(crate) fn is_fork_of(&self, repository: &str) -> bool {
        self.head
            .repository
            .as_deref()
            .is_none_or(|head| !head.eq_ignore_ascii_case(repository))
    }
}
