//! The commit that a command was about: the pull request's head when the comment was written.
//!
//! The event does not say which commit that was, and a commit's own dates are whatever its author says. GitHub's word
//! is when it made the first workflow run for the head: a push that comes after the comment makes its runs after it.
//! Both times are GitHub's, in whole seconds; what happened in the same second counts as before.
//!
//! Where no workflow ran for the head (`[skip ci]`, a push by a workflow's own token) or the token may not read runs
//! (`actions: read`), the committer's date has to do. That is weaker: whoever makes a commit can write any date into it.
//! And nothing here notices that a branch was pushed back to a commit that had been its head before: that commit was
//! on the pull request already when the comment was written.

use jiff::Timestamp;

use super::super::context::Ctx;
use crate::github::runs::WorkflowRun;
use crate::model::pull_request::{Head, PullRequest};

/// How the time of a head was found out.
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
    if let Some(seen) = first_seen(&runs, &pull.head) {
        return Ok((not_after(seen, written_at), Evidence::Run));
    }
    let commit = github.commit(&pull.head.sha).await?;
    let committed_at = commit.and_then(|commit| commit.committed_at());
    let stood = committed_at.is_some_and(|at| not_after(at, written_at));
    Ok((stood, Evidence::Commit))
}

/// When the head's push started its first run. Runs of another branch at the same commit, and runs that a schedule or a
/// person started, say nothing about the pull request.
fn first_seen(runs: &[WorkflowRun], head: &Head) -> Option<Timestamp> {
    let is_of_push = |run: &&WorkflowRun| {
        matches!(run.event.as_str(), "pull_request" | "push") && run.head_branch.as_deref() == Some(&*head.branch)
    };
    runs.iter().filter(is_of_push).map(|run| run.created_at).min()
}

fn not_after(time: Timestamp, written_at: Timestamp) -> bool {
    time.as_second() <= written_at.as_second()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{first_seen, not_after};
    use crate::github::runs::WorkflowRun;
    use crate::model::commit::Sha;
    use crate::model::pull_request::Head;

    fn run(event: &str, branch: &str, second: i64) -> WorkflowRun {
        WorkflowRun {
            event: event.to_owned(),
            head_branch: Some(branch.to_owned()),
            created_at: Timestamp::from_second(second).expect("a time"),
        }
    }

    #[test]
    fn the_first_run_of_the_head_s_own_push_counts() {
        let head = Head {
            sha: Sha::new("a".repeat(40)),
            branch: "topic".to_owned(),
            repository: None,
        };
        let seen = |runs: &[WorkflowRun]| first_seen(runs, &head).map(Timestamp::as_second);
        assert_eq!(seen(&[]), None);
        let labelled_later = run("pull_request", "topic", 90);
        assert_eq!(seen(&[labelled_later.clone(), run("push", "topic", 50)]), Some(50));
        // The same commit on another branch before, where nobody looked at it.
        assert_eq!(seen(&[labelled_later, run("push", "elsewhere", 10)]), Some(90));
        assert_eq!(seen(&[run("workflow_dispatch", "topic", 10)]), None);
    }

    #[test]
    fn the_same_second_counts_as_before() {
        let at = |second, nano| Timestamp::new(second, nano).expect("a time");
        assert!(not_after(at(10, 900), at(10, 0)));
        assert!(!not_after(at(11, 0), at(10, 999)));
    }
}
