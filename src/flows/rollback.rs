//! Puts an earlier deployment back into service, at a person's request, and pins the app there.

use std::collections::BTreeSet;
use std::time::Instant;

use super::board::Board;
use super::context::Ctx;
use super::ending::Successor;
use super::rollout::{self, Expected};
use super::site::Site;
use super::{ending, ownership};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::model::rollout::{Built, Phase};
use crate::model::verdict::Verdict;
use crate::platform::{App, Deployment, Platform};

/// How far back is looked. App Platform keeps the ten most recent successful deployments; failed ones lie between them.
const LOOK_BACK: usize = 50;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment: Environment,
    /// A deployment's id, or a commit or an image's digest that an earlier successful deployment ran. `None`: the one
    /// before.
    pub(crate) to: Option<String>,
    pub(crate) dry_run: bool,
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let started = Instant::now();
    let platform = ctx.platform()?;
    let site = Site::find(ctx, &request.environment).await?;
    let app = site.app.as_ref().ok_or_else(|| {
        Failure::input(format!("`{}` is not deployed", request.environment))
            .next("deploy it first; there is nothing to go back to")
    })?;
    ownership::require(app, site.repository.id, &request.environment)?;
    let earlier = choose(ctx, platform, app, request).await?;
    let commit = earlier.commit();
    if request.dry_run {
        return planned(ctx, request, app, &earlier);
    }

    let mut report = Report::new(&app.name, request.environment.clone(), State::Building);
    report.commit.clone_from(&commit);
    report.only_images = earlier.spec.as_ref().is_some_and(crate::spec::only_images);
    report.url.clone_from(&app.url);
    report.serving = ownership::serving(app);
    report.app_id = Some(app.id.clone());
    let redactor = ctx.redactor_of(&app.spec, &site.config);
    let mut board = Board::open(ctx.board(&site.config, &site.repository), std::slice::from_ref(&report)).await;
    let ended = async {
        ctx.wait.check()?;
        let name = commit.as_ref().map_or(earlier.id.as_str(), Sha::short);
        ctx.console.phase("Rollback");
        ctx.console.say(&format!("Rolling `{}` back to {name}", app.name));
        let rollout = platform.rollback(&app.id, &earlier.id, false).await?;
        for warning in &rollout.warnings {
            ctx.console.warn(warning);
        }
        report.deployment_id.clone_from(&rollout.deployment);
        let spec = earlier.spec.as_ref().unwrap_or(&app.spec);
        let deadline = ctx.deadline(site.target().timeout);
        let expected = Expected {
            environment: &request.environment,
            commit: commit.as_ref(),
            spec,
            health: &site.config.health,
            redactor: &redactor,
            deadline,
        };
        let ended = rollout::follow(ctx, &rollout, &expected, &mut board).await?;
        rollout::heard_to_the_end(ctx, &ended)?;
        anyhow::Ok(ended)
    };
    let ended = ended.await;
    report.duration = Some(started.elapsed());
    match ended {
        Ok(ended) => {
            let verdict = ended.verdict.clone();
            ending::conclude(&mut report, ended);
            if verdict == Verdict::Good {
                report.notes.push(release_note(&request.environment));
            }
            board.close(std::slice::from_ref(&report)).await;
            Ok(report)
        }
        Err(error) => ending::break_off(ctx, &mut board, report, Successor::Nobody, error).await,
    }
}

/// Where it would go.
fn planned(ctx: &Ctx, request: &Request, app: &App, earlier: &Deployment) -> anyhow::Result<Report> {
    let commit = earlier.commit();
    let built = commit.as_ref().map(|sha| format!(", which built `{}`", sha.short()));
    let would = format!(
        "Would roll `{}` back to deployment {}{} and pin it there",
        app.name,
        earlier.id,
        built.unwrap_or_default()
    );
    ctx.console.say(&would);
    let mut report = Report::new(&app.name, request.environment.clone(), State::Skipped);
    report.commit = commit;
    report.serving = ownership::serving(app);
    report.app_id = Some(app.id.clone());
    report.notes = vec![would, "A dry run: nothing was touched".to_owned()];
    ctx.record(&report);
    Ok(report)
}

/// How the pin that a rollback leaves is taken off.
fn release_note(environment: &Environment) -> String {
    format!(
        "The app is pinned: pushes are skipped until `do-deploy deploy --environment {environment} --release` deploys the branch again. Data was not rolled back"
    )
}

/// The deployment to go back to, which the platform agrees to.
async fn choose(ctx: &Ctx, platform: &Platform, app: &App, request: &Request) -> anyhow::Result<Deployment> {
    let to = request.to.as_deref();
    if app.pinned.is_some() && to.is_none() {
        return Err(Failure::input(format!("`{}` is rolled back already", app.name))
            .why("the deployment before the one that serves is the one that it was rolled back from")
            .next("name where it should go with `--to`; `do-deploy deploy --release` deploys the branch again")
            .into());
    }
    let active = app.active.as_ref().map(|active| active.id.as_str());
    let earlier: Vec<Deployment> = platform
        .deployments(&app.id, LOOK_BACK)
        .await?
        .into_iter()
        .filter(|deployment| {
            Some(deployment.id.as_str()) != active && matches!(deployment.phase, Phase::Active | Phase::Superseded)
        })
        .collect();
    let candidates: Vec<Deployment> = match to {
        Some(to) => earlier
            .into_iter()
            .filter(|deployment| is_named(deployment, to))
            .collect(),
        // The same commit, or the same images, deployed twice are no way back.
        None => {
            let serving = app.active.as_ref().map(versions).unwrap_or_default();
            earlier
                .into_iter()
                .filter(|deployment| serving.is_empty() || versions(deployment) != serving)
                .collect()
        }
    };
    if app.pinned.is_some() && !candidates.is_empty() {
        if request.dry_run {
            let name = &app.name;
            ctx.console
                .say(&format!("Would take `{name}` off its earlier rollback first"));
            return Ok(candidates.into_iter().next().expect("there is one"));
        }
        // The platform goes back only from what is not pinned, and taking a pin off deploys nothing.
        ctx.wait.check()?;
        ctx.console
            .say(&format!("Taking `{}` off its earlier rollback", app.name));
        platform.commit_rollback(&app.id).await?;
    }
    let mut objection = None;
    for candidate in candidates.into_iter().take(10) {
        let validation = platform.validate_rollback(&app.id, &candidate.id, false).await?;
        if validation.valid {
            for warning in &validation.warnings {
                ctx.console.warn(&warning.message);
            }
            return Ok(candidate);
        }
        objection = objection.or(validation.error.map(|error| error.message));
    }
    let what = match to {
        Some(to) => format!("`{}` cannot go back to `{to}`", app.name),
        None => format!("`{}` has no earlier deployment to go back to", app.name),
    };
    let why = objection.unwrap_or_else(|| "no earlier successful deployment fits".to_owned());
    let next = "see `do-deploy status`, or deploy a commit that reverts the change";
    Err(Failure::input(what).why(why).next(next).into())
}

fn is_named(deployment: &Deployment, name: &str) -> bool {
    let runs = |built: &Built| matches!(built, Built::Digest(digest) if digest == name);
    deployment.id == name
        || deployment.commit().is_some_and(|sha| sha.is(&Sha::new(name)))
        || deployment.built.iter().any(|(_, built)| runs(built))
}

/// Every commit and digest that a deployment provably ran.
fn versions(deployment: &Deployment) -> BTreeSet<&str> {
    let versions = deployment.built.iter().filter_map(|(_, built)| match built {
        Built::Commit(sha) => Some(sha.as_str()),
        Built::Digest(digest) => Some(digest.as_str()),
        Built::Unprovable => None,
    });
    versions.collect()
}
