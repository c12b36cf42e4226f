//! The three checks of an active deployment beside its phase: the built commit, the platform's health check, a request
//! from outside.

use std::time::Duration;

use crate::flows::context::Ctx;
use crate::flows::project::target::Target;
use crate::flows::rollout::expected::Expected;
use crate::flows::rollout::http_checks::Answered;
use crate::flows::rollout::outside;
use crate::model::commit::Sha;
use crate::model::count::plural;
use crate::model::environment::Environment;
use crate::model::failure::{Failure, Kind};
use crate::model::rollout::Built;
use crate::model::verdict::CheckResult;
use crate::platforms::{ComponentHealth, Deployment, Facts, HealthState, PlatformError, Rollout};
use crate::wait::Deadline;

/// The commit that was built: the one asked for, or a descendant of it, is good; any other is bad.
pub(crate) async fn ask_for_the_commit(
    ctx: &Ctx,
    deployment: &Deployment,
    expected: &Expected<'_>,
    notes: &mut Vec<String>,
) -> (CheckResult, Option<Sha>) {
    let built = deployment.built_from(&ctx.own());
    let facts = expected.document.facts();
    if let Some(failure) = other_image(&built, &facts) {
        return (CheckResult::Failed(failure), None);
    }
    let digests = running_images(&built, &facts);
    let by_digest = !digests.is_empty();
    notes.extend(digests);
    let commits: Vec<&Sha> = built
        .iter()
        .filter_map(|(_, built)| {
            if let Built::Commit(sha) = built {
                Some(sha)
            } else {
                None
            }
        })
        .collect();
    let Some(first) = commits.first().copied() else {
        return (
            if by_digest {
                CheckResult::Passed
            } else {
                CheckResult::NotApplicable
            },
            None,
        );
    };
    let Some(wanted) = expected.commit else {
        return (CheckResult::NotApplicable, Some(first.clone()));
    };
    for sha in &commits {
        if sha.is(wanted) {
            continue;
        }
        let github = match ctx.github() {
            Ok(github) => github,
            Err(failure) => return (CheckResult::Inconclusive(failure.to_string()), Some((*sha).clone())),
        };
        match github.compare(wanted.as_str(), sha.as_str()).await {
            Ok(Some(comparison)) if comparison.head_contains_base() => notes.push(format!(
                "The branch had moved on: `{}` was built, {} after `{}`",
                sha.short(),
                plural(comparison.ahead_by, "commit"),
                wanted.short()
            )),
            Ok(_) => {
                let failure = Failure::bad(format!("`{}` was built, not `{}`", sha.short(), wanted.short()))
                    .why("the platform builds the head of the branch, and that is not a descendant of the commit asked for")
                    .next(format!(
                        "check which branch the {} names, and whether it was force-pushed",
                        expected.document.words().document
                    ));
                return (CheckResult::Failed(failure), Some((*sha).clone()));
            }
            Err(error) => return (CheckResult::Inconclusive(error.to_string()), Some((*sha).clone())),
        }
    }
    (CheckResult::Passed, Some(first.clone()))
}

/// What runs by digest, a sentence for each image.
fn running_images(built: &[(String, Built)], facts: &Facts) -> Vec<String> {
    let mut images: Vec<(String, Vec<String>)> = Vec::new();
    for (component, built) in built {
        let Built::Digest(digest) = built else { continue };
        let source = facts.sources().find(|source| source.component == *component);
        let reference = source.map_or(digest, |source| &source.repo).clone();
        let component = format!("`{component}`");
        match images.iter_mut().find(|(known, _)| *known == reference) {
            Some((_, components)) => components.push(component),
            None => images.push((reference, vec![component])),
        }
    }
    let sentence =
        |(image, components): &(String, Vec<String>)| format!("Runs the image `{image}` ({})", components.join(", "));
    images.iter().map(sentence).collect()
}

/// An image whose digest is not the one that the spec names.
fn other_image(built: &[(String, Built)], facts: &Facts) -> Option<Failure> {
    built.iter().find_map(|(component, built)| {
        let Built::Digest(digest) = built else { return None };
        let wanted = facts.component(component)?.digest.as_ref()?;
        (wanted != digest).then(|| {
            Failure::bad(format!("`{component}` runs the image `{digest}`, not `{wanted}`")).next("deploy again")
        })
    })
}

/// The platform's own health of every component.
pub(crate) struct Health {
    pub(crate) result: CheckResult,
    /// Components that are meant to run without an instance.
    pub(crate) idle: Vec<String>,
}

impl From<CheckResult> for Health {
    fn from(result: CheckResult) -> Self {
        Self {
            result,
            idle: Vec::new(),
        }
    }
}

/// Not ready yet is not unhealthy: it is asked until it settles.
pub(crate) async fn ask_the_platform(
    ctx: &Ctx,
    rollout: &Rollout,
    target: &Target,
    settling: Deadline,
) -> anyhow::Result<Health> {
    let platform = &target.platform;
    let deployment = rollout.deployment.as_ref().map(|id| format!(" --deployment {id}"));
    let deployment = deployment.unwrap_or_default();
    loop {
        let components = match platform.health(&rollout.app_id).await {
            Ok(components) => components,
            Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(error) => return Ok(CheckResult::Inconclusive(error.to_string()).into()),
        };
        let unsettled = components.iter().find(|component| match component.state {
            HealthState::Healthy | HealthState::Asleep => false,
            HealthState::Unknown => component.ready == 0 && component.desired > 0,
            HealthState::Unhealthy => true,
        });
        let Some(component) = unsettled else {
            let idle = components.iter().filter(|component| is_idle(component));
            return Ok(Health {
                result: CheckResult::Passed,
                idle: idle.map(|component| component.name.clone()).collect(),
            });
        };
        if settling.is_over() {
            let name = &component.name;
            let result = match component.state {
                HealthState::Unhealthy => CheckResult::Failed(
                    Failure::bad(format!("`{name}` is unhealthy"))
                        .why(format!(
                            "{} of {} instances are ready",
                            component.ready, component.desired
                        ))
                        .next(format!(
                            "read what it prints: `do-deploy logs {}{deployment} --component {name}`",
                            target.flags()
                        )),
                ),
                _ => CheckResult::Inconclusive(format!("the platform does not know how `{name}` is")),
            };
            return Ok(result.into());
        }
        ctx.wait.sleep(Duration::from_secs(3)).await?;
    }
}

/// Longest wait for a component that the platform calls unhealthy where nothing could be asked from outside.
const SECOND_OPINION: Duration = Duration::from_secs(30);

/// What the platform says of its components once the way from outside has turned out to be blocked.
pub(crate) async fn ask_the_platform_again(
    ctx: &Ctx,
    rollout: &Rollout,
    expected: &Expected<'_>,
) -> anyhow::Result<CheckResult> {
    let settling = Deadline::after(SECOND_OPINION.min(expected.health.timeout));
    Ok(ask_the_platform(ctx, rollout, expected.target, settling).await?.result)
}

/// No instance is wanted, and not because it sleeps.
fn is_idle(component: &ComponentHealth) -> bool {
    component.desired == 0 && component.ready == 0 && component.state == HealthState::Unknown
}

/// Our own request to the URL, and that URL.
pub(crate) async fn ask_from_outside(
    ctx: &Ctx,
    rollout: &Rollout,
    deployment: &Deployment,
    expected: &Expected<'_>,
    settling: Deadline,
    idle: &[String],
    notes: &mut Vec<String>,
) -> anyhow::Result<(Answered, Option<String>)> {
    if !expected.document.facts().has_http {
        return Ok((Answered::without_question(CheckResult::NotApplicable), None));
    }
    let Target {
        platform, environment, ..
    } = expected.target;
    let inconclusive = |why: String| Ok((Answered::without_question(CheckResult::Inconclusive(why)), None));
    let app = match platform.serving(&rollout.app_id, &deployment.id, settling).await {
        Ok(Some(app)) => app,
        Ok(None) => return inconclusive("the platform names no URL".to_owned()),
        Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
        Err(error) => return inconclusive(error.to_string()),
    };
    if let Some(why) = ctx.warn_of_refused_url(&app) {
        return inconclusive(why);
    }
    // As the platform keeps it: it gives a route to what has none in the file.
    let document = deployment.document.as_ref().unwrap_or(expected.document);
    let document = &document.shown_by(expected.document);
    let (health, limit) = (expected.health, expected.health.timeout);
    let Some(mut answered) = outside::ask(ctx, &app, health, document, idle, limit, notes).await? else {
        return inconclusive("the platform names no URL".to_owned());
    };
    notes.extend(answered.take_remarks(ctx));
    if let CheckResult::Failed(Failure { next: Some(next), .. }) = &mut answered.result {
        // After a rollback another deployment serves, and its log is what is shown unless this one is named.
        next.push_str(&format!(
            ": `do-deploy logs {} --deployment {}`",
            expected.target.flags(),
            deployment.id
        ));
    }
    // A request without a browser may be sent in circles where people are not: production is not rolled back for that.
    if answered.is_endless
        && !matches!(environment, Environment::Preview(_))
        && let CheckResult::Failed(failure) = answered.result
    {
        answered.result = CheckResult::Obstructed(Failure {
            kind: Kind::Unknown,
            ..failure
        });
    }
    Ok((answered, app.url))
}

#[cfg(test)]
mod tests;
