//! Deployments on GitHub that an earlier attempt of a run has begun, or a run that was killed: the next one goes on with them.

use super::ReporterDeps;
use super::record::is_under_way;
use crate::github::deployments::{Deployment, Payload};
use crate::model::commit::Sha;
use crate::model::environment::Environment;

/// The commit of an app's last deployment to an environment, where that is not another run's finished one: GitHub does not
/// show how it ended, or an earlier attempt of this very run made it. `app`: the name of its manifest. `None` also where
/// it cannot be determined.
pub(crate) async fn unfinished(deps: &ReporterDeps, environment: &Environment, app: &str) -> Option<Sha> {
    let github = deps.github.as_ref()?;
    let all = github.deployments(environment.on_github()).await.ok()?;
    let last = all.into_iter().find(|it| is_of(it, environment, app))?;
    let is_unfinished =
        is_of_earlier_attempt(deps, &last) || is_under_way(github.last_status(last.id).await.ok()?.as_ref());
    is_unfinished.then(|| Sha::new(last.sha))
}

/// Whether an earlier attempt of this very run has begun to deploy the commit.
pub(crate) async fn has_begun(deps: &ReporterDeps, environment: &Environment, app: &str, commit: &Sha) -> bool {
    let Some(github) = &deps.github else { return false };
    let all = github.deployments(environment.on_github()).await.unwrap_or_default();
    all.iter()
        .filter(|it| is_of(it, environment, app) && commit.as_str() == it.sha)
        .any(|it| is_of_earlier_attempt(deps, it))
}

fn is_of(deployment: &Deployment, environment: &Environment, app: &str) -> bool {
    let its = Payload {
        pr: environment.pull_request(),
        app: app.to_owned(),
    };
    deployment.payload() == Some(its)
}

fn is_of_earlier_attempt(deps: &ReporterDeps, deployment: &Deployment) -> bool {
    match (deployment.run(), deps.run.stamp()) {
        (Some(earlier), Some(own)) => earlier.id == own.id && earlier.attempt < own.attempt,
        _ => false,
    }
}
