//! The commits that a report speaks of, with their links.

use serde::Serialize;

use super::context::RenderContext;
use super::markdown::web_address;
use crate::model::commit::Sha;
use crate::model::report::{Report, State};

#[derive(Debug, Serialize)]
pub(super) struct CommitView {
    short: String,
    url: Option<String>,
}

/// The commits that a report speaks of.
pub(super) struct Commits<'a> {
    /// The run's own.
    pub(super) own: Option<&'a Sha>,
    /// It serves.
    pub(super) serves: bool,
    /// What serves, where that is another commit.
    pub(super) other: Option<&'a Sha>,
}

impl<'a> Commits<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let is_own = |serving: &&Sha| report.commit.as_ref().is_some_and(|own| own.is(serving));
        let serving = report.serving.as_ref().filter(|_| report.state != State::Removed);
        // What is ready are the images that the notes name, whatever the run's commit is.
        let of_images = report.built_elsewhere && report.state == State::Ready;
        Self {
            own: report.commit.as_ref().filter(|_| !of_images),
            serves: serving.as_ref().is_some_and(is_own),
            other: serving.filter(|serving| !is_own(serving)),
        }
    }
}

impl CommitView {
    pub(super) fn new(sha: &Sha, context: &RenderContext) -> Self {
        let is_sha = sha.as_str().len() >= 7 && sha.as_str().chars().all(|c| c.is_ascii_hexdigit());
        let url = context.repository_url.as_deref().filter(|_| is_sha);
        Self {
            short: sha.short().to_owned(),
            url: url.and_then(|url| web_address(&format!("{url}/commit/{sha}"))),
        }
    }
}
