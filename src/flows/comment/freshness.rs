//! The commit that a command was about: the pull request's head when the comment was written.
//!
//! The event does not say which commit that was, and a commit's own dates are whatever its author says. GitHub's word
//! is when it made the first workflow run for the head: a push that comes after the comment makes its runs after it.
//! Both times are GitHub's, in whole seconds; what happened in the same second counts as before.
//!
//! Where no workflow ran for the head (`[skip ci]`, a push by a workflow's own token) or the token may not read runs
//! (`actions: read`), the committer's date has to do. That is weaker: the author of a commit can write any date into
//! it. And nothing here notices that a branch was pushed back to a commit that had been its head before: that commit
//! was on the pull request already when the comment was written.

use jiff::Timestamp;

use super::super::context::Ctx;
use crate::github::runs::first_seen;
use crate::model::pull_request::PullRequest;

/// Where the time of a head comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// GitHub's own time.
    Run,
    /// The committer's word.
    Commit,
}

/// Whether the head was there when the comment was written, and how that is known.
pub(super) async fn stood(ctx: &Ctx, pull: &PullRequest, written_at: Timestamp) -> anyhow::Result<(bool, Evidence)> {
    let github = ctx.github()?;
    let runs = github.runs_of(&pull.head.sha).await?.unwrap_or_default();
    if let Some(seen) = first_seen(&runs, &pull.head.branch) {
        return Ok((not_after(seen, written_at), Evidence::Run));
    }
    let commit = github.commit(&pull.head.sha).await?;
    let committed_at = commit.and_then(|commit| commit.committed_at());
    let stood = committed_at.is_some_and(|at| not_after(at, written_at));
    Ok((stood, Evidence::Commit))
}

fn not_after(time: Timestamp, written_at: Timestamp) -> bool {
    time.as_second() <= written_at.as_second()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::not_after;

    #[test]
    fn the_same_second_counts_as_before() {
        let at = |second, nano| Timestamp::new(second, nano).expect("a time");
        assert!(not_after(at(10, 900), at(10, 0)));
        assert!(!not_after(at(11, 0), at(10, 999)));
    }
}
