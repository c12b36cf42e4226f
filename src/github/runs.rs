//! Workflow runs, which tell when GitHub heard of a commit: their times are GitHub's own.

use jiff::Timestamp;
use serde::Deserialize;

use super::{GitHub, segment};
use crate::model::commit::Sha;
use crate::net::error::ApiError;

/// Pages of a hundred runs of one commit that are looked through.
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
        let mut listing = self.client.listing();
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

fn is_withheld(error: &ApiError) -> bool {
    matches!(error.status(), Some(403 | 404))
}
