//! Workflow runs, which show when GitHub first saw a commit: their times are GitHub's own.

use jiff::Timestamp;
use serde::Deserialize;

use super::{GitHub, segment};
use crate::model::commit::Sha;
use crate::net::error::ApiError;

/// Pages of a hundred runs of one commit that are looked through: GitHub lists a thousand at most.
/// <https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository>
const PAGES: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct WorkflowRun {
    /// What started it: `push`, `pull_request`, …
    pub(crate) event: String,
    pub(crate) head_branch: Option<String>,
    /// When GitHub made it, in whole seconds. Running it again does not change that.
    pub(crate) created_at: Timestamp,
}

impl GitHub {
    /// The runs whose head is this commit. `None`: the token may not read runs (`actions: read`).
    pub(crate) async fn runs_of(&self, commit: &Sha) -> Result<Option<Vec<WorkflowRun>>, ApiError> {
        #[derive(Deserialize)]
        struct Runs {
            workflow_runs: Vec<WorkflowRun>,
        }
        let rest = format!("/actions/runs?head_sha={}&per_page=100", segment(commit.as_str()));
        let mut next = Some(self.path(&rest));
        let mut runs = Vec::new();
        let mut listing = self.api.listing();
        for _ in 0..PAGES {
            let Some(path) = next else { break };
            match listing.page::<Runs>(&path).await {
                Ok(page) => {
                    runs.extend(page.body.workflow_runs);
                    next = page.next;
                }
                Err(error) if is_withheld(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(runs))
    }
}

/// When the push of a branch's head started its first run. Runs of another branch at the same commit, and runs that a
/// schedule or a person started, say nothing about that push.
pub(crate) fn first_seen(runs: &[WorkflowRun], branch: &str) -> Option<Timestamp> {
    let is_of_push = |run: &&WorkflowRun| {
        matches!(run.event.as_str(), "pull_request" | "push") && run.head_branch.as_deref() == Some(branch)
    };
    runs.iter().filter(is_of_push).map(|run| run.created_at).min()
}

fn is_withheld(error: &ApiError) -> bool {
    matches!(error.status(), Some(403 | 404))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{WorkflowRun, first_seen};

    fn run(event: &str, branch: &str, second: i64) -> WorkflowRun {
        WorkflowRun {
            event: event.to_owned(),
            head_branch: Some(branch.to_owned()),
            created_at: Timestamp::from_second(second).expect("a time"),
        }
    }

    #[test]
    fn the_first_run_of_the_head_s_own_push_counts() {
        let seen = |runs: &[WorkflowRun]| first_seen(runs, "topic").map(Timestamp::as_second);
        assert_eq!(seen(&[]), None);
        let labelled_later = run("pull_request", "topic", 90);
        assert_eq!(seen(&[labelled_later.clone(), run("push", "topic", 50)]), Some(50));
        // The same commit on another branch before, which no pull request showed.
        assert_eq!(seen(&[labelled_later, run("push", "elsewhere", 10)]), Some(90));
        assert_eq!(seen(&[run("workflow_dispatch", "topic", 10)]), None);
    }
}
