//! Whether a workflow removes previews that are left alone, so that the comment may name the day.

use super::Reporter;
use crate::model::report::State;

/// As `init` writes it.
const TEMPLATE: &str = ".github/workflows/do-deploy-sweep.yml";

impl Reporter {
    /// Looks once whether the default branch has the workflow that sweeps, on a schedule: GitHub starts those from that
    /// branch alone. What cannot be read promises nothing.
    pub(super) async fn find_sweep(&mut self) {
        let stays = |state| matches!(state, State::Ready | State::Failed | State::Unknown);
        let is_about_one = self.reports.iter().any(|report| {
            report.environment.pull_request().is_some() && report.app_id.is_some() && stays(report.state)
        });
        let (Some(github), Some(repository)) = (&self.deps.github, &self.deps.repository) else {
            return;
        };
        if !is_about_one || self.conversation.is_none() || self.deps.wait.check().is_err() {
            return;
        }
        let text = github.file(TEMPLATE, &repository.default_branch).await;
        self.is_swept = text.ok().flatten().is_some_and(|text| is_scheduled(&text));
    }
}

/// Good enough for a hint: the key outside of comments.
fn is_scheduled(workflow: &str) -> bool {
    workflow
        .lines()
        .filter_map(|line| line.split('#').next())
        .any(|line| line.trim() == "schedule:")
}

#[cfg(test)]
mod tests {
    use super::is_scheduled;

    #[test]
    fn a_workflow_that_the_clock_starts_names_it() {
        for (workflow, is) in [
            (include_str!("../../workflows-templates/sweep.yml"), true),
            (include_str!("../../workflows-templates/redeploy.yml"), false),
            ("on:\n  # schedule:\n  workflow_dispatch:\n", false),
            ("", false),
        ] {
            assert_eq!(is_scheduled(workflow), is, "{workflow}");
        }
    }
}
