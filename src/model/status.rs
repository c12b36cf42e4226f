//! What is deployed in one environment, and what it costs.

use std::time::Duration;

use super::commit::Sha;
use super::environment::Environment;
use super::report::Cost;

/// `sha256:` and twelve digits, as registries show it.
const SHORT_DIGEST: usize = 19;

#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) environment: Environment,
    pub(crate) app: String,
    /// Of the pull request.
    pub(crate) title: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) commit: Option<Sha>,
    /// The digest of an image that serves where no commit does.
    pub(crate) image: Option<String>,
    /// Commits that the branch is ahead of what serves; `None` where it could not be found out.
    pub(crate) behind: Option<u64>,
    /// `deploying`, `failed`, `asleep`, `pinned`, `active`
    pub(crate) state: &'static str,
    /// The newest attempt to deploy ended badly; what serves is older.
    pub(crate) newest_failed: bool,
    /// Since what serves was deployed.
    pub(crate) age: Option<Duration>,
    pub(crate) cost: Option<Cost>,
}

impl Status {
    /// What serves, as short as it can be told apart: a commit, else an image's digest.
    pub(crate) fn serves(&self) -> Option<&str> {
        let image = || {
            self.image
                .as_deref()
                .map(|digest| digest.get(..SHORT_DIGEST).unwrap_or(digest))
        };
        self.commit.as_ref().map(Sha::short).or_else(image)
    }

    pub(crate) fn state_in_words(&self) -> String {
        match self.state {
            state if self.newest_failed && state != "failed" => format!("{state}, newest failed"),
            state => state.to_owned(),
        }
    }
}

/// What all of it costs in a month: asleep, where it sleeps at all. `None`: of something it is not known.
pub(crate) fn total(all: &[Status]) -> Option<(f64, f64)> {
    let costs: Option<Vec<Cost>> = all.iter().map(|status| status.cost).collect();
    let costs = costs?;
    let awake = costs.iter().map(|cost| cost.awake).sum();
    let asleep = costs.iter().map(|cost| cost.asleep.unwrap_or(cost.awake)).sum();
    Some((awake, asleep))
}

/// The environments that stay, then the previews, each kind with the oldest first.
pub(crate) fn oldest_first(all: &mut [Status]) {
    all.sort_by_key(|status| {
        let is_preview = status.environment.pull_request().is_some();
        let name = status.environment.to_string();
        (
            is_preview,
            std::cmp::Reverse(status.age),
            status.environment.pull_request(),
            name,
        )
    });
}
