//! Which commands in comments work here, for the comment's last fold.

use super::Reporter;
use crate::actions::run::Run;
use crate::model::commands::COMMANDS;
use crate::model::report::State;

/// The event of a new comment, as a workflow names it.
/// <https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#issue_comment>
const EVENT: &str = "issue_comment";

/// As `init` writes it.
const TEMPLATE: &str = ".github/workflows/do-deploy-redeploy.yml";

impl Reporter {
    /// Looks once whether a workflow of the default branch answers comments: GitHub starts those of comments from that
    /// branch alone. What cannot be read promises nothing.
    pub(super) async fn find_commands(&mut self) {
        if self.commands.is_some() || self.conversation.is_none() || self.deps.wait.check().is_err() {
            return;
        }
        let answers = match (&self.deps.github, &self.deps.repository) {
            _ if self.deps.run.event_name.as_deref() == Some(EVENT) => true,
            (Some(github), Some(repository)) => {
                let own = workflow_file(&self.deps.run).filter(|own| own != TEMPLATE);
                let mut answers = false;
                for file in std::iter::once(TEMPLATE.to_owned()).chain(own) {
                    let text = github.file(&file, &repository.default_branch).await;
                    if text.ok().flatten().is_some_and(|text| is_started_by_comments(&text)) {
                        answers = true;
                        break;
                    }
                }
                answers
            }
            _ => false,
        };
        self.commands = Some(if answers { COMMANDS.to_vec() } else { Vec::new() });
    }

    /// Those that make sense in the state that the comment shows.
    pub(super) fn commands_now(&self) -> Vec<(&'static str, &'static str)> {
        let state = State::of_all(&self.reports);
        let known = self.commands.iter().flatten();
        known.filter(|(usage, _)| makes_sense(usage, state)).copied().collect()
    }
}

fn makes_sense(usage: &str, state: State) -> bool {
    let word = usage.split(' ').next().unwrap_or_default();
    match state {
        State::Building => matches!(word, "/status" | "/logs"),
        State::Ready => word != "/preview",
        State::Failed | State::Unknown | State::Cancelled => !matches!(word, "/preview" | "/wake"),
        State::Skipped => matches!(word, "/preview" | "/help"),
        // The pull request may be closed.
        State::Removed => false,
    }
}

/// The path of the workflow file that this run began with: `.github/workflows/preview.yml` of
/// `acme/shop/.github/workflows/preview.yml@refs/pull/12/merge`.
/// <https://docs.github.com/actions/reference/workflows-and-actions/variables>
fn workflow_file(run: &Run) -> Option<String> {
    path_of(run.workflow_ref.as_deref()?, run.repository.as_deref()?)
}

fn path_of(workflow_ref: &str, repository: &str) -> Option<String> {
    // A file's name may have an `@` in it, and a branch's too: GitHub says which is which by `refs/`.
    let (file, _) = workflow_ref.split_once("@refs/")?;
    let path = file.strip_prefix(repository)?.strip_prefix('/')?;
    path.starts_with(".github/workflows/").then(|| path.to_owned())
}

/// Good enough for a hint: the word outside of comments.
fn is_started_by_comments(workflow: &str) -> bool {
    workflow
        .lines()
        .filter_map(|line| line.split('#').next())
        .any(|line| line.contains(EVENT))
}

#[cfg(test)]
mod tests {
    use super::{is_started_by_comments, makes_sense, path_of};
    use crate::model::commands::COMMANDS;
    use crate::model::report::State;

    #[test]
    fn the_workflow_is_a_file_of_this_repository() {
        for (workflow_ref, file) in [
            (
                "acme/shop/.github/workflows/a.yml@refs/pull/12/merge",
                Some(".github/workflows/a.yml"),
            ),
            (
                "acme/shop/.github/workflows/a@b.yml@refs/heads/x@y",
                Some(".github/workflows/a@b.yml"),
            ),
            ("acme/other/.github/workflows/a.yml@refs/heads/main", None),
            ("acme/shop/elsewhere.yml@refs/heads/main", None),
            ("acme/shop", None),
        ] {
            assert_eq!(path_of(workflow_ref, "acme/shop").as_deref(), file, "{workflow_ref}");
        }
    }

    #[test]
    fn a_workflow_that_comments_start_names_the_event() {
        for (workflow, starts) in [
            ("on:\n  issue_comment: {types: [created]}\n", true),
            ("on: [push, issue_comment]\n", true),
            ("on:\n  pull_request:\n  # issue_comment: {types: [created]}\n", false),
            ("", false),
        ] {
            assert_eq!(is_started_by_comments(workflow), starts, "{workflow}");
        }
    }

    #[test]
    fn every_state_offers_what_can_be_done_in_it() {
        let offered = |state| -> Vec<&str> {
            let usages = COMMANDS.iter().map(|(usage, _)| *usage);
            usages.filter(|usage| makes_sense(usage, state)).collect()
        };
        assert_eq!(offered(State::Building), ["/logs", "/status"]);
        assert_eq!(offered(State::Skipped), ["/preview", "/help"]);
        assert_eq!(offered(State::Removed), Vec::<&str>::new());
        assert!(offered(State::Ready).contains(&"/wake") && !offered(State::Failed).contains(&"/wake"));
    }
}
