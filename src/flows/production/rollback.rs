//! Puts an earlier deployment back into service, at a person's request, and pins the app there.

use std::collections::BTreeSet;
use std::time::Instant;

use tokio::sync::Mutex;
use tracing::Instrument as _;

use crate::actions::fold::Fold;
use crate::config::{Config, EnvironmentConfig};
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::production::broken_off::BrokenOff;
use crate::flows::production::rolled_back::WentBack;
use crate::flows::production::{pin, rolled_back};
use crate::flows::project::app_revision::{AppRevision, EnvironmentApp, not_deployed};
use crate::flows::project::ownership;
use crate::flows::project::revision::{self, Revision};
use crate::flows::project::target::Target;
use crate::flows::rollout;
use crate::flows::rollout::expected::Expected;
use crate::flows::rollout::finish;
use crate::flows::rollout::finish::Successor;
use crate::github::repository::Repository;
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::model::rollout::{Built, Phase};
use crate::model::verdict::Verdict;
use crate::platforms::Offline;
use crate::platforms::{App, Deployment, Hold, Platform};
use crate::policy::replace::Replace;
use crate::report::{AppReporter, Reporter};

/// How far back is looked: failed ones lie between them.
const LOOK_BACK: usize = 50;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment: Environment,
    /// A deployment's id, or a commit or an image's digest that an earlier successful deployment ran. `None`: the one
    /// before.
    pub(crate) to: Option<String>,
    /// What going back may take from the live app.
    pub(crate) replace: Replace,
    pub(crate) dry_run: bool,
}

#[tracing::instrument(target = "flow", name = "rollback", skip_all, fields(environment = %request.environment))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let started = Instant::now();
    revision::refuse_preview(&request.environment)?;
    ctx.clouds.reachable()?;
    let Found { target, config, app } = &find(ctx, &request.environment).await?;
    let Target {
        repository, platform, ..
    } = target;
    target.require(app)?;
    // GitHub may be down.
    ctx.resolve_names_or_say(repository, app).await?;
    refuse_archived(app)?;
    let broken_off = match request.dry_run {
        true => None,
        false => BrokenOff::find(ctx, target, config, app, request.to.as_deref()).await?,
    };
    let earlier = match &broken_off {
        Some(broken_off) => broken_off.back.clone(),
        None => choose(ctx, platform.as_ref(), app, request).await?,
    };
    if broken_off.is_none() {
        consent(app, &earlier, request)?;
    }
    let commit = ctx.commit_of(&earlier);
    if request.dry_run {
        return planned(ctx, target, app, &earlier);
    }

    let mut report = target.report(&app.name, State::Building);
    report.commit.clone_from(&commit);
    let document = earlier.document.as_ref();
    report.built_elsewhere = document.is_some_and(|it| it.facts().is_built_elsewhere(&ctx.own()));
    report.url.clone_from(&app.url);
    report.serving = ownership::serving(ctx, app);
    report.app_id = Some(app.id.clone());
    let timeout = revision::settings(config, &request.environment)?.timeout;
    let redactor = ctx.redactor_of(&app.document, config);
    let reporter = Reporter::open(ctx.reporter(config, repository), std::slice::from_ref(&report)).await;
    let reporter = Mutex::new(reporter);
    let ended = async {
        ctx.wait.check()?;
        let name = commit.as_ref().map_or(earlier.id.as_str(), Sha::short);
        ctx.console.phase(Fold::Rollback);
        let rolling = format!("Rolling `{}` back to {name}", app.name);
        let rollout = match (&broken_off, &app.pinned) {
            (Some(broken_off), _) => {
                ctx.console.say(&format!(
                    "Going on with the rollback of `{}` to {name}, which an earlier run began",
                    app.name
                ));
                broken_off.rollout()
            }
            (None, None) => {
                ctx.console.say(&rolling);
                platform.roll_back(app, &earlier, Hold::Pin).await?
            }
            (None, Some(_)) => {
                ctx.console.say(&rolling);
                let app = pin::release(ctx, target, app).await?;
                // A signal between the two would leave the app without a pin.
                let rollout = platform.uncancellable().roll_back(&app, &earlier, Hold::Pin).await;
                rollout.map_err(|error| pin::is_off(error.into(), &app))?
            }
        };
        finish::taken(ctx, &rollout, &mut report);
        let document = earlier.document.as_ref().unwrap_or(&app.document);
        let deadline = ctx.deadline(timeout);
        let expected = Expected {
            target,
            commit: commit.as_ref(),
            document,
            health: &config.health,
            redactor: &redactor,
            deadline,
        };
        let ended = rollout::follow(ctx, &rollout, &expected, AppReporter::new(&reporter, 0)).await?;
        rollout::not_cut_short(ctx, &ended)?;
        anyhow::Ok(ended)
    };
    let environment = &request.environment;
    let span = tracing::debug_span!(target: "target", "target", app = %app.name, %environment);
    let ended = ended.instrument(span).await;
    report.duration = Some(started.elapsed());
    let mut reporter = reporter.into_inner();
    match ended {
        Ok(ended) => {
            let verdict = ended.verdict.clone();
            let took_over = ended
                .became_active
                .then(|| ended.live_since.unwrap_or_else(|| platform.now()));
            finish::conclude(&mut report, ended);
            let went_back = verdict == Verdict::Good || report.was_live.is_some();
            if went_back {
                report.notes.push(afterwards(target));
                report.notes.extend(ownership::marks_are_gone(&earlier));
            }
            reporter.close(std::slice::from_ref(&report)).await;
            if let Some(at) = took_over.filter(|_| request.environment.is_production()) {
                let branch = config.production.branch_or(&repository.default_branch);
                let went_back = WentBack {
                    target,
                    app: broken_off.as_ref().map_or(app, |broken_off| &broken_off.before),
                    back: &earlier,
                    at,
                    branch,
                };
                rolled_back::tell(ctx, went_back, report.state, &mut reporter).await;
            }
            Ok(report)
        }
        Err(error) => {
            finish::close_early(ctx, platform.as_ref(), &mut reporter, report, Successor::NoOther, error).await
        }
    }
}

/// A rollback brings the app spec of an earlier time back, and with it an app that somebody has archived.
fn refuse_archived(app: &App) -> Result<(), Failure> {
    match app.document.facts().offline {
        Some(Offline::Archived) => Err(Failure::input(format!(
            "`{}` is archived: a rollback would start it",
            app.name
        ))
        .why("the deployments before it are from when it ran")
        .next(format!("{}; then roll back", app.document.words().restore))),
        Some(Offline::Maintenance) | None => Ok(()),
    }
}

/// What a rollback starts from.
struct Found {
    target: Target,
    config: Config,
    app: App,
}

/// The app, by the branch's files where they can be read. The head may be the very commit to get away from, and GitHub may
/// be down: an app is known by its marks as well, and everything else comes from the earlier deployment. Each of several
/// apps has versions of its own.
async fn find(ctx: &Ctx, environment: &Environment) -> anyhow::Result<Found> {
    let mut identity = ctx
        .app
        .as_deref()
        .map_or_else(AppIdentity::only_by_marks, AppIdentity::by_key);
    let apps = match Revision::find(ctx, environment).await {
        Ok(revision) => revision.apps().await,
        Err(error) => Err(error),
    };
    let error = match apps.map(|apps| EnvironmentApp::only(ctx, environment, apps)) {
        Ok(Err(several)) => return Err(several.into()),
        Ok(Ok(app)) => {
            if app.entry.key.is_some() {
                identity = app.identity;
            }
            match app.revision {
                Ok(AppRevision {
                    target,
                    config,
                    app: Some(app),
                    ..
                }) => {
                    return Ok(Found { target, config, app });
                }
                Ok(_) => not_deployed(environment, app.entry.key.as_deref())
                    .next("deploy it first; there is nothing to go back to")
                    .into(),
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    if cancelled(&error).is_some() {
        return Err(error);
    }
    let repository = match ctx.github()?.repository().await {
        Ok(repository) => repository,
        Err(_) => match repository_by_variables(ctx) {
            Some(repository) => repository,
            None => return Err(error),
        },
    };
    let Some((target, app)) = Target::find_marked(ctx, &repository, environment, &identity).await? else {
        return Err(error);
    };
    ctx.console.warn(&format!(
        "the project's files are not used: {}; `{}` is known by its marks",
        failure_of(&error).what,
        app.name
    ));
    let mut config = Config::default();
    if revision::settings(&config, environment).is_err() {
        config
            .environments
            .insert(environment.to_string(), EnvironmentConfig::default());
    }
    Ok(Found { target, config, app })
}

/// As the runner describes it, <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>.
fn repository_by_variables(ctx: &Ctx) -> Option<Repository> {
    Some(Repository {
        id: ctx.run.repository_id?,
        full_name: ctx.run.repository.clone()?,
        default_branch: "HEAD".to_owned(),
        private: false,
    })
}

/// Where it would go.
fn planned(ctx: &Ctx, target: &Target, app: &App, earlier: &Deployment) -> anyhow::Result<Report> {
    let commit = ctx.commit_of(earlier);
    let built = commit.as_ref().map(|sha| format!(", which built `{}`", sha.short()));
    let would = format!(
        "Would roll `{}` back to deployment {}{}{}{}",
        app.name,
        earlier.id,
        built.unwrap_or_default(),
        match target.platform.capabilities().pins_rollbacks {
            true => " and pin it there",
            false => "",
        },
        match app.pinned {
            Some(_) => ", after taking it off its earlier rollback",
            None => "",
        }
    );
    ctx.console.say(&would);
    let mut report = target.report(&app.name, State::Skipped);
    report.commit = commit;
    report.serving = ownership::serving(ctx, app);
    report.app_id = Some(app.id.clone());
    report.notes = vec![would, "A dry run: nothing was touched".to_owned()];
    ctx.record(&report);
    Ok(report)
}

/// What a person has to know who has rolled back.
fn afterwards(target: &Target) -> String {
    match target.platform.capabilities().pins_rollbacks {
        true => format!(
            "The app is pinned: pushes are skipped until `do-deploy deploy {} --release` deploys the branch again. Data was not rolled back",
            target.flags()
        ),
        false => "The next push deploys over it. Data was not rolled back".to_owned(),
    }
}

/// The deployment to go back to, which the platform agrees to.
async fn choose(ctx: &Ctx, platform: &dyn Platform, app: &App, request: &Request) -> anyhow::Result<Deployment> {
    let to = request.to.as_deref();
    let is_back = app.active.as_ref().is_some_and(Deployment::is_rollback);
    if (app.pinned.is_some() || is_back) && to.is_none() {
        return Err(Failure::input(format!("`{}` is rolled back already", app.name))
            .why("the deployment before the one that serves is the one that it was rolled back from")
            .next(match app.pinned {
                Some(_) => "name where it should go with `--to`; `do-deploy deploy --release` deploys the branch again",
                None => "name where it should go with `--to`, or deploy a commit that mends what was wrong",
            })
            .into());
    }
    let active = app.active.as_ref().map(|active| active.id.as_str());
    let mut earlier = platform.deployments(&app.id, LOOK_BACK).await?;
    earlier.retain(|deployment| matches!(deployment.phase, Phase::Active | Phase::Superseded));
    let left = Deployment::left(&earlier);
    earlier.retain(|deployment| Some(deployment.id.as_str()) != active);
    // A rollback to an app that does not serve helps no one.
    earlier.retain(|deployment| deployment.serves_by_its_spec());
    let candidates: Vec<Deployment> = match to {
        Some(to) => earlier
            .into_iter()
            .filter(|deployment| deployment.is_named(to))
            .collect(),
        // The same commit, or the same images, deployed twice are no way back.
        None => {
            let serving = app.active.as_ref().map(versions).unwrap_or_default();
            earlier
                .into_iter()
                .filter(|deployment| !left.contains(&deployment.id))
                .filter(|deployment| serving.is_empty() || versions(deployment) != serving)
                .collect()
        }
    };
    let mut objection = None;
    for candidate in candidates.into_iter().take(platform.capabilities().keeps) {
        let way_back = platform.check_way_back(app, &candidate, Hold::Pin).await?;
        if way_back.objection.is_none() {
            way_back.warnings.iter().for_each(|warning| ctx.console.warn(warning));
            return Ok(candidate);
        }
        objection = objection.or(way_back.objection);
    }
    let what = match to {
        Some(to) => format!("`{}` cannot go back to `{to}`", app.name),
        None => format!("`{}` has no earlier deployment to go back to", app.name),
    };
    let why = objection.unwrap_or_else(|| "no earlier successful deployment fits".to_owned());
    let next = "see `do-deploy status`, or deploy a commit that reverts the change";
    Err(Failure::input(what).why(why).next(next).into())
}

/// Passes a way back that takes nothing from the live app but what was agreed to.
fn consent(app: &App, earlier: &Deployment, request: &Request) -> Result<(), Failure> {
    let Some(document) = &earlier.document else {
        return Ok(());
    };
    let taken = app.document.taken_by_going_back(document, &request.replace)?;
    if taken.is_empty() {
        return Ok(());
    }
    let (names, what): (Vec<String>, Vec<String>) = taken.into_iter().unzip();
    let failure = Failure::input(format!(
        "going back to deployment {} would {}",
        earlier.id,
        what.join(", and ")
    ))
    .why(format!(
        "a rollback brings the {} of that time back, too",
        document.words().manifest
    ))
    .next(format!(
        "deploy a commit that reverts the change, or agree to it for one run with `--replace {}`",
        names.join(",")
    ));
    Err(failure)
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
