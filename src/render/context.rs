//! Where the texts that people read point to, and what they may show.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::environment::Environment;
use crate::model::stamp::Stamp;

/// Where the texts point to, and what they may show.
#[derive(Clone, Debug, Default)]
pub(crate) struct RenderContext {
    /// `https://github.com/OWNER/NAME`
    pub(crate) repository_url: Option<String>,
    pub(crate) run_url: Option<String>,
    pub(crate) run: Option<Stamp>,
    pub(crate) logs: Logs,
    /// When what is shown was last found to be so, by GitHub's clock.
    pub(crate) updated: Option<Timestamp>,
    /// The commands that someone may write now, each with what it does.
    pub(crate) commands: Vec<(&'static str, &'static str)>,
    /// What holds for all of several apps, in whole sentences.
    pub(crate) notes: Vec<String>,
    /// After how long without a deployment or a command a preview is removed; `None`: that is not known.
    pub(crate) swept_after: Option<Duration>,
}

impl RenderContext {
    /// The page of a preview's pull request.
    pub(crate) fn pull_url(&self, environment: &Environment) -> Option<String> {
        let (repository, pull) = (self.repository_url.as_deref()?, environment.pull_request()?);
        Some(format!("{repository}/pull/{pull}"))
    }
}

/// Which log lines may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Logs {
    All,
    #[default]
    BuildsAndMigrations,
    None,
}
