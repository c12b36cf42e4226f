//! The end of `preview-start.yml`, where previews are isolated: what GitHub itself says about the commit that it ran for.
//!
//! The run was a pull request's own, so nothing that it made or that its author wrote counts: no artifact, no title, no
//! list of pull requests in the payload. Its head commit and its head's repository are GitHub's facts, and everything
//! else is asked of GitHub by them. <https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_run>

use super::event::Event;
use crate::model::pull_request::PullRequest;

/// The file that starts isolated previews, whatever stands before its name.
const FILE: &str = "preview-start.yml";

/// Each pull request takes a job with the token, and anyone with read access can open and close them without end. A
/// commit is the head of two or three, for other bases.
const MOST: usize = 8;

impl Event {
    /// The end of a run of the file that starts isolated previews.
    pub(super) fn is_a_start(&self) -> bool {
        // GitHub may name the ref that the file was read at: `.github/workflows/ci.yml@refs/heads/main`.
        let path = self.text("/workflow_run/path").split('@').next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        self.name == "workflow_run" && (file == FILE || file.ends_with(&format!("-{FILE}")))
    }

    pub(super) fn was_started_by_a_pull_request(&self) -> bool {
        self.text("/workflow_run/event") == "pull_request"
    }

    /// `owner/name` of the repository that the commit was pushed to; `None`: the fork is gone.
    pub(super) fn head_repository(&self) -> Option<&str> {
        Some(self.text("/workflow_run/head_repository/full_name")).filter(|name| !name.is_empty())
    }

    fn heads(&self) -> &[PullRequest] {
        self.start.heads.as_deref().unwrap_or_default()
    }

    pub(super) fn heads_nothing(&self) -> bool {
        self.heads().is_empty()
    }

    /// Whether this job is to find the pull requests, and not to act on one.
    pub(super) fn is_to_find(&self) -> bool {
        self.start.about.is_none()
    }

    fn about_head(&self) -> Option<&PullRequest> {
        self.heads().iter().find(|pull| Some(pull.number) == self.start.about)
    }

    pub(super) fn is_about_another_head(&self) -> bool {
        self.about_head().is_none()
    }

    pub(super) fn is_about_a_closed_one(&self) -> bool {
        self.about_head().is_some_and(|pull| !pull.open)
    }

    /// Those to act on, in the order of their numbers: open ones before closed ones, and those that changed last before others.
    pub(super) fn head_numbers(&self) -> Vec<u64> {
        let (open, closed): (Vec<&PullRequest>, Vec<&PullRequest>) = self.heads().iter().partition(|pull| pull.open);
        let first = open.into_iter().chain(closed).take(MOST);
        let mut numbers: Vec<u64> = first.map(|pull| pull.number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// The one that changed last first, as GitHub lists them.
    pub(super) fn open_heads(&self) -> Vec<u64> {
        let open = self.heads().iter().filter(|pull| pull.open);
        open.map(|pull| pull.number).collect()
    }
}
