//! Words about previews that are gone, and the previews that GitHub still shows although nothing of them is left.

use super::record::{Shown, shown, shown_of};
use super::{Reporter, ReporterDeps};
use crate::github::deployments::Deployment;
use crate::model::environment::Environment;
use crate::model::report::Report;
use crate::net::error::ApiError;

/// The most pull requests that are looked at, the newest first: each takes a request, of a thousand an hour.
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
const MOST: usize = 100;

/// A preview that GitHub shows as something else than inactive.
#[derive(Clone, Debug)]
pub(crate) struct Announced {
    pub(crate) pull: u64,
    /// Its apps, as GitHub's deployments name them: the names of their manifests.
    pub(crate) apps: Vec<String>,
    /// A deployment of it is a success, so the comment says that it is ready.
    pub(crate) is_live: bool,
}

impl Announced {
    /// `None`: nothing of it is shown.
    fn of(pull: u64, shown: &[Shown]) -> Option<Self> {
        let mut apps: Vec<String> = shown.iter().map(|it| it.payload.app.clone()).collect();
        apps.sort();
        apps.dedup();
        let is_live = shown.iter().any(|it| it.is_success);
        (!shown.is_empty()).then_some(Self { pull, apps, is_live })
    }
}

/// The previews that GitHub shows, of other pull requests than those that are `known`.
pub(crate) async fn announced(deps: &ReporterDeps, known: &[u64]) -> Result<Vec<Announced>, ApiError> {
    let Some(github) = &deps.github else {
        return Ok(Vec::new());
    };
    let pull_of = |it: &Deployment| it.payload().and_then(|payload| payload.pr);
    let all = github.deployments(Environment::Preview(0).on_github()).await?;
    let mut pulls: Vec<u64> = Vec::new();
    for pull in all.iter().filter_map(pull_of) {
        if !known.contains(&pull) && !pulls.contains(&pull) {
            pulls.push(pull);
        }
    }
    let mut announced = Vec::new();
    for pull in pulls.into_iter().take(MOST) {
        let its: Vec<Deployment> = all.iter().filter(|it| pull_of(it) == Some(pull)).cloned().collect();
        announced.extend(Announced::of(pull, &shown(github, &its).await?));
    }
    Ok(announced)
}

/// What GitHub shows of a pull request's preview. `None`: nothing, or it cannot be determined.
pub(crate) async fn announced_of(deps: &ReporterDeps, pull: u64) -> Option<Announced> {
    let environment = Environment::Preview(pull);
    let shown = shown_of(deps.github.as_ref()?, environment.on_github(), pull).await;
    Announced::of(pull, &shown.ok()?)
}

/// The newest deployment of previews that GitHub shows. Whatever is made later has a greater id. `None`: it cannot be
/// determined.
pub(crate) async fn newest_preview(deps: &ReporterDeps) -> Option<u64> {
    let environment = Environment::Preview(0);
    deps.github
        .as_ref()?
        .newest_deployment(environment.on_github())
        .await
        .ok()
}

impl Reporter {
    /// Says that previews are gone. `seen`: the newest deployment that was there before nothing was left of them. Those
    /// that were begun later are other runs', and so are the words about them.
    pub(crate) async fn tell_removal(deps: ReporterDeps, reports: &[Report], seen: Option<u64>) {
        let mut reporter = Self::new(deps, reports);
        reporter.seen = seen;
        reporter.close(reports).await;
    }

    /// Whether everything has been said about a preview that is gone: the comment is written before the deployments
    /// are made inactive, so that inactive ones mean both. What cannot be determined is said again.
    pub(crate) async fn has_said_removed(deps: &ReporterDeps, pull: u64) -> bool {
        let Some(github) = &deps.github else { return true };
        let environment = Environment::Preview(pull);
        let shown = shown_of(github, environment.on_github(), pull).await;
        shown.is_ok_and(|shown| shown.is_empty())
    }
}
