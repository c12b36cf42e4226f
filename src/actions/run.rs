//! What the runner says about this run through its environment.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use serde_json::Value;

use super::timings::Timings;
use crate::model::stamp::Stamp;

/// Where GitHub's pages live when nothing says otherwise.
const GITHUB: &str = "https://github.com";

/// The run as the runner describes it; outside a runner everything is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    /// `GITHUB_ACTIONS` is `true`.
    pub(crate) is_ci: bool,
    pub(crate) id: Option<u64>,
    pub(crate) attempt: u64,
    /// `OWNER/NAME`.
    pub(crate) repository: Option<String>,
    /// GitHub's number of it.
    pub(crate) repository_id: Option<u64>,
    pub(crate) event_name: Option<String>,
    /// The workflow file and the ref it was taken from: `OWNER/NAME/.github/workflows/FILE@REF`.
    pub(crate) workflow_ref: Option<String>,
    /// The folder that a workflow's checkout goes to.
    pub(crate) workspace: Option<PathBuf>,
    pub(crate) output_file: Option<PathBuf>,
    pub(crate) summary_file: Option<PathBuf>,
    /// The debug log is on: `RUNNER_DEBUG` is `1`.
    pub(crate) is_debugging: bool,
    /// Where the time of the run goes.
    pub(crate) timings: Timings,
    /// Outputs and summary have been written.
    recorded: Arc<AtomicBool>,
    /// What could not be written on GitHub, and why: the summary says it.
    unwritten: Arc<Mutex<Vec<Unwritten>>>,
    server: Option<String>,
    event_file: Option<PathBuf>,
    /// `refs/heads/main`, and the commit that it was at when the run began; a run that is run again keeps both.
    git_ref: Option<String>,
    sha: Option<String>,
}

/// Something that GitHub does not show because it could not be written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unwritten {
    pub(crate) what: &'static str,
    pub(crate) why: String,
}

impl Run {
    /// Whether a person started it again; the first attempt is the event's.
    /// <https://docs.github.com/actions/reference/workflows-and-actions/variables>
    pub(crate) fn was_started_again(&self) -> bool {
        self.attempt > 1
    }

    /// Where a branch was when the run began. `None`: the run began at another branch.
    pub(crate) fn head_of(&self, branch: &str) -> Option<&str> {
        let of_branch = self.git_ref.as_deref()?.strip_prefix("refs/heads/")?;
        self.sha.as_deref().filter(|_| of_branch == branch)
    }

    /// Reads the variables through `lookup`. One that is set but empty counts as missing.
    pub(crate) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let number = |name: &str| text(name).and_then(|value| value.trim().parse().ok());
        let file = |name: &str| text(name).map(PathBuf::from);
        let is = |name: &str, yes: &str| text(name).is_some_and(|value| value.eq_ignore_ascii_case(yes));
        Self {
            is_ci: is("GITHUB_ACTIONS", "true"),
            id: number("GITHUB_RUN_ID"),
            attempt: number("GITHUB_RUN_ATTEMPT").unwrap_or(1),
            repository: text("GITHUB_REPOSITORY"),
            repository_id: number("GITHUB_REPOSITORY_ID"),
            event_name: text("GITHUB_EVENT_NAME"),
            workflow_ref: text("GITHUB_WORKFLOW_REF"),
            workspace: file("GITHUB_WORKSPACE"),
            output_file: file("GITHUB_OUTPUT"),
            summary_file: file("GITHUB_STEP_SUMMARY"),
            is_debugging: is("RUNNER_DEBUG", "1"),
            timings: Timings::default(),
            recorded: Arc::default(),
            unwritten: Arc::default(),
            server: text("GITHUB_SERVER_URL"),
            event_file: file("GITHUB_EVENT_PATH"),
            git_ref: text("GITHUB_REF"),
            sha: text("GITHUB_SHA"),
        }
    }

    /// Notes that outputs and summary say how this run ended.
    pub(crate) fn mark_recorded(&self) {
        self.recorded.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.recorded.load(Ordering::Relaxed)
    }

    /// Notes what could not be written on GitHub. `false`: it is noted already.
    pub(crate) fn note_unwritten(&self, what: &'static str, why: String) -> bool {
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = unwritten.iter().all(|known| known.what != what);
        if is_new {
            unwritten.push(Unwritten { what, why });
        }
        is_new
    }

    pub(crate) fn unwritten(&self) -> Vec<Unwritten> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where people see GitHub, without a slash at the end.
    pub(crate) fn server_url(&self) -> &str {
        self.server.as_deref().unwrap_or(GITHUB).trim_end_matches('/')
    }

    /// The page of this run's attempt. `None` outside a runner.
    pub(crate) fn run_url(&self) -> Option<String> {
        self.url_of(self.stamp()?)
    }

    /// The page of any run's attempt in this repository.
    pub(crate) fn url_of(&self, Stamp { id, attempt }: Stamp) -> Option<String> {
        let (server, repository) = (self.server_url(), self.repository.as_deref()?);
        Some(format!("{server}/{repository}/actions/runs/{id}/attempts/{attempt}"))
    }

    /// The event's payload. `None` where no event started this run.
    pub(crate) fn event(&self) -> anyhow::Result<Option<Value>> {
        let Some(file) = &self.event_file else {
            return Ok(None);
        };
        let shown = file.display();
        let text = std::fs::read(file).with_context(|| format!("`GITHUB_EVENT_PATH` names `{shown}`"))?;
        let event =
            serde_json::from_slice(&text).with_context(|| format!("the event in `{shown}` is not valid JSON"))?;
        Ok(Some(event))
    }

    /// Which of two runs is the newer one. `None` outside a runner.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        Some(Stamp {
            id: self.id?,
            attempt: self.attempt,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Run;

    fn run(pairs: &[(&str, &str)]) -> Run {
        Run::read(&|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn names_the_page_of_the_attempt() {
        let run = run(&[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://git.example/"),
            ("GITHUB_REPOSITORY", "shop/shop"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "3"),
        ]);
        assert!(run.is_ci);
        assert_eq!(
            run.run_url().as_deref(),
            Some("https://git.example/shop/shop/actions/runs/42/attempts/3")
        );
    }

    #[test]
    fn a_variable_that_is_set_but_empty_is_missing() {
        let run = run(&[("GITHUB_REPOSITORY", ""), ("GITHUB_RUN_ID", " "), ("GITHUB_OUTPUT", "")]);
        assert_eq!((run.run_url(), run.stamp(), run.output_file), (None, None, None));
        assert_eq!(run.server, None);
    }

    #[test]
    fn outside_a_runner_there_is_no_event() {
        assert!(run(&[]).event().expect("nothing to read").is_none());
        assert!(run(&[("GITHUB_EVENT_PATH", "/nowhere/event.json")]).event().is_err());
    }
}
