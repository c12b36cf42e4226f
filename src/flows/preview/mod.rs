//! The preview of a pull request: its own small app, reused on every push.

pub(crate) mod app;
pub(crate) mod changed_manifest;
pub(crate) mod eligibility;
pub(crate) mod forks;
pub(crate) mod hint;
pub(crate) mod limit;
pub(crate) mod overtaken;
pub(crate) mod plan;
pub(crate) mod removal_reason;
pub(crate) mod report;
pub(crate) mod request;
mod serves_now;
pub(crate) mod skipped;
pub(crate) mod sweep;
pub(crate) mod teardown;
pub(crate) mod wait;

use std::sync::Arc;
use std::time::Instant;

use self::app::would_be_accepted;
use self::eligibility::{Skip, unexpected_head};
use self::plan::Planner;
use self::removal_reason::RemovalReason;
use self::report::{announce, opening_report, say_what_was_lost};
pub(crate) use self::request::Request;
use self::serves_now::say_what_serves;
use self::skipped::Candidate;
use crate::config::{Config, Preview};
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::inspect::dry_run;
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::flows::project::{own, ownership, pull, unmerged};
use crate::flows::rollout::expected::Expected;
use crate::flows::rollout::finish;
use crate::flows::rollout::finish::Successor;
use crate::flows::rollout::{self, Ended};
use crate::model::aftermath::Aftermath;
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Kind;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, Sleep, State};
use crate::model::verdict::Verdict;
use crate::platforms::plan::PreviewPlan;
use crate::platforms::{App, Platform, PlatformError};
use crate::report::Reporter;

/// An unknown result is an ending like any other, for those who wait for the preview; what is wrong with the input and a
/// signal are errors.
#[tracing::instrument(target = "flow", name = "preview", skip_all, fields(pull_request = request.pull_request))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    match make(ctx, request).await {
        // Whatever went wrong after a signal, the signal is what ended the run.
        Err(error) if cancelled(&error).is_some() => Err(error),
        Err(_) if ctx.wait.check().is_err() => Err(ctx.wait.cancelled().await.into()),
        Err(error) if failure_of(&error).kind == Kind::Unknown => {
            let mut report = Report::new("", Environment::Preview(request.pull_request), State::Unknown);
            report.failure = Some(failure_of(&error));
            ctx.record(&report);
            Ok(report)
        }
        ended => ended,
    }
}

/// What is known before anything is touched.
enum Begun<'a> {
    Skipped(Skip),
    /// The app that an earlier run left has no place within the limit.
    Beyond(Arc<dyn Platform>, String, Skip),
    /// Of a dry run.
    Planned(Box<Report>),
    Ready(Box<Ready<'a>>),
}

struct Ready<'a> {
    planner: Planner<'a>,
    live: Option<App>,
    plan: PreviewPlan,
    report: Report,
}

async fn make(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let started = Instant::now();
    request.images.without_forced_build(request.force_build)?;
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let pull = pull::pull(ctx, request.pull_request).await?;
    let candidate = Candidate {
        ctx,
        request,
        repository: &repository,
        pull: &pull,
    };
    if !pull.open {
        let closed = Skip::quietly("the pull request is closed already");
        return Ok(candidate.skipped(&Config::default(), &closed).await);
    }
    let config = match Source::of_branch(ctx, &repository.default_branch).await.config().await {
        Ok(config) => config,
        // What it says of bots and drafts cannot be known: the defaults decide who hears that it is broken.
        Err(error) if candidate.skip_reason(&Preview::default()).is_some() => return Err(error),
        Err(error) => return Err(candidate.refused(&Config::default(), error).await),
    };
    ctx.deadline(config.preview.timeout);
    let elsewhere = unmerged::base_differs(ctx, &config, &pull, &repository.default_branch).await;
    elsewhere.iter().for_each(|differs| ctx.console.warn(differs));
    let begun = match candidate.skip_reason(&config.preview) {
        Some(skip) => Ok(Begun::Skipped(skip)),
        None => begin(&candidate, &config).await,
    };
    let ready = match begun {
        Ok(Begun::Ready(ready)) => *ready,
        Ok(Begun::Planned(report)) => return Ok(*report),
        Ok(Begun::Skipped(skip)) => return Ok(candidate.skipped(&config, &skip).await),
        Ok(Begun::Beyond(platform, app, skip)) => {
            return candidate.take_back(&config, platform.as_ref(), &app, &skip, None).await;
        }
        Err(error) => return Err(candidate.refused(&config, error).await),
    };
    let Ready {
        planner,
        live,
        plan,
        mut report,
    } = ready;
    report.notes.extend(elsewhere);
    let mut reporter = Reporter::open(ctx.reporter(&config, &repository), std::slice::from_ref(&report)).await;
    let deployed = deploy(ctx, request, &planner, plan, live, &mut report, &mut reporter).await;
    report.duration = Some(started.elapsed());
    let successor = Successor::Pull(pull.number);
    let platform = planner.target.platform.as_ref();
    let mut overtaken = None;
    match deployed {
        Ok(Deployed::Ended(ended)) => finish::conclude(&mut report, *ended),
        Ok(Deployed::Beyond(app, skip)) => {
            return match candidate
                .take_back(&config, platform, &app, &skip, Some(&mut reporter))
                .await
            {
                Err(error) => finish::break_off(ctx, platform, &mut reporter, report, successor, error).await,
                skipped => skipped,
            };
        }
        Err(error) => match error.downcast_ref() {
            Some(PlatformError::Overtaken { by }) => overtaken = Some(by.clone()),
            _ => return finish::break_off(ctx, platform, &mut reporter, report, successor, error).await,
        },
    }
    let now = github.pull(pull.number).await;
    if let Some(now) = now.as_ref().ok().filter(|now| !now.open) {
        ctx.console
            .say("The pull request was closed meanwhile: what was just made is removed again");
        let reporter = ctx.reporter(&config, &repository);
        let because = RemovalReason::Closed;
        return teardown::remove(ctx, reporter, &repository, now, &planner.name, &because).await;
    }
    if let Some(by) = overtaken {
        if now.is_ok_and(|now| !now.head.sha.is(&pull.head.sha)) {
            return finish::not_sent(ctx, &mut reporter, report, by).await;
        }
        // Somebody else changes the preview at the same time.
        let error = PlatformError::Overtaken { by }.into();
        return finish::break_off(ctx, platform, &mut reporter, report, successor, error).await;
    }
    match now {
        Ok(now) if now.head.sha != pull.head.sha => report.notes.push(format!(
            "The pull request has moved on to `{}`, which gets a run of its own",
            now.head.sha.short()
        )),
        Ok(_) => {}
        // How the deployment ended is known; whether the pull request is still open does not change it.
        Err(error) => report.notes.push(format!(
            "Could not determine whether the pull request is still open: {error}"
        )),
    }
    reporter.close(std::slice::from_ref(&report)).await;
    Ok(report)
}

/// Finds out what the preview is to be, and whether there is to be one.
#[tracing::instrument(target = "phase", name = "plan", skip_all)]
async fn begin<'a>(candidate: &Candidate<'a>, policy: &Config) -> anyhow::Result<Begun<'a>> {
    let Candidate {
        ctx,
        request,
        repository,
        pull,
    } = *candidate;
    let environment = candidate.environment();
    if let Some(newer) = unexpected_head(&request.commit, pull)? {
        return Ok(Begun::Skipped(Skip::quietly(newer)));
    }
    ctx.clouds.reachable()?;
    let source = Source::deployed(ctx, &pull.head.sha).await;
    let commit = source.config().await?;
    let config = policy.shaped_by(&commit);
    let unmerged = unmerged::unmerged(ctx, policy, &commit, pull, &repository.default_branch).await;
    let manifest = source.manifest(policy.preview_spec()).await?;
    let app = manifest.name().to_owned();
    let allowed = plan::allowed(ctx, policy, repository).await?;
    let changed = changed_manifest::difference(ctx, policy, &manifest, &allowed, pull).await;
    let identity = AppIdentity::only(allowed.name(&manifest));
    let target = Target::of(ctx, repository, &environment, identity, &manifest)?;
    let platform = Arc::clone(&target.platform);
    let planner = Planner::prepare(&source, target, config, pull, manifest, &request.images, allowed).await?;
    let apps = platform.list().await?;
    let named = apps.iter().find(|app| app.name == planner.name);
    // The spec's name may have changed since the preview was made: it is the same preview.
    let live = match named {
        None => ownership::only(&apps, repository.id, &environment, &planner.target.app)?,
        named => named,
    };
    if let Some(app) = live {
        planner.target.require(app)?;
    }
    let over = match live {
        Some(app) => limit::beyond(&app.id, &apps, policy, repository),
        None => limit::reached(&apps, policy, repository),
    };
    match (over, live) {
        (Some(skip), Some(app)) if !request.dry_run => return Ok(Begun::Beyond(platform, app.id.clone(), skip)),
        (Some(skip), _) => return Ok(Begun::Skipped(skip)),
        (None, _) => {}
    }
    let live = live.cloned();
    ctx.resolve_names(
        repository,
        planner.documents().chain(live.iter().flat_map(own::documents_of)),
    )
    .await?;
    let plan = planner.plan(ctx, live.as_ref(), true)?;
    ctx.redactor_of(&plan.document, &planner.config);
    ctx.console.phase("Plan");
    // A forced build leaves the spec as it is, and with it the data.
    let is_forced = forced(ctx, request, live.as_ref(), &pull.head.sha).is_some();
    let loss = plan.loss.clone().filter(|_| !is_forced);
    announce(ctx, &plan, loss.as_ref().map(|loss| loss.before.as_str()));
    if let Some(unmerged) = &unmerged {
        ctx.console.notice(unmerged);
    }
    if request.dry_run {
        let report = planned(ctx, &planner.target, &app, live.as_ref(), &plan, pull)
            .await
            .map_err(|error| planner.refused(ctx, error, &plan.document))?;
        return Ok(Begun::Planned(Box::new(report)));
    }
    if live.is_none() {
        would_be_accepted(platform.as_ref(), &plan.document)
            .await
            .map_err(|error| planner.refused(ctx, error, &plan.document))?;
    }
    // The platform builds whatever is at the head of the branch: look as late as can be.
    if candidate.is_commanded()
        && let Some(newer) = unexpected_head(&request.commit, &ctx.github()?.pull(pull.number).await?)?
    {
        return Ok(Begun::Skipped(Skip::quietly(newer)));
    }
    let mut report = opening_report(ctx, &planner.target, &app, &plan, pull, live.as_ref());
    report.listing = changed;
    report.notes.extend(unmerged);
    report.notes.extend(loss.map(|loss| loss.before));
    Ok(Begun::Ready(Box::new(Ready {
        planner,
        live,
        plan,
        report,
    })))
}

/// How far a deployment got.
enum Deployed {
    Ended(Box<Ended>),
    /// Runs of other pull requests were quicker: the new app has no place within the limit.
    Beyond(String, Skip),
}

/// The app that is built again as it is. Another commit than the one that it runs is built anyway, with its own spec.
fn forced<'a>(ctx: &Ctx, request: &Request, live: Option<&'a App>, head: &Sha) -> Option<&'a App> {
    let runs_head = |app: &&App| ownership::serving(ctx, app).is_none_or(|serving| serving.is(head));
    live.filter(|_| request.force_build).filter(runs_head)
}

/// Creates or updates the app and follows the deployment that the reply names.
#[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %planner.name, environment = %report.environment))]
async fn deploy(
    ctx: &Ctx,
    request: &Request,
    planner: &Planner<'_>,
    mut plan: PreviewPlan,
    live: Option<App>,
    report: &mut Report,
    reporter: &mut Reporter,
) -> anyhow::Result<Deployed> {
    let target = &planner.target;
    let platform = target.platform.as_ref();
    ctx.wait.check()?;
    ctx.console.phase("Build");
    let forced = forced(ctx, request, live.as_ref(), &planner.pull.head.sha);
    let rollout = match forced {
        Some(app) => app::build_again(ctx, planner, app).await?,
        None => app::send(ctx, planner, &mut plan, live.as_ref()).await?,
    };
    finish::taken(ctx, &rollout, report);
    // What is deployed, and not what was planned, is what people are told about.
    if let Some(app) = forced {
        plan.document.clone_from(&app.document);
        plan.loss = None;
        report.changes.clear();
    }
    if rollout.sleep_dropped || (forced.is_some() && !plan.document.facts().sleeps()) {
        plan.sleep = plan.document.no_sleep();
    }
    report.sleep = Some(plan.sleep.clone());
    if live.is_none()
        && let Some(skip) = limit::look_again(ctx, target, &rollout.app_id, &planner.config).await?
    {
        return Ok(Deployed::Beyond(rollout.app_id, skip));
    }
    report.cost = platform.cost(&plan.document, Some(&rollout.app_id)).await.ok();
    if let (Sleep::Never(_), Some(cost)) = (&plan.sleep, &mut report.cost) {
        cost.asleep = None;
    }
    let deadline = ctx.deadline(planner.config.preview.timeout);
    let expected = Expected {
        target,
        commit: Some(&planner.pull.head.sha),
        document: &plan.document,
        health: &planner.config.health,
        redactor: &ctx.redactor_of(&plan.document, &planner.config),
        deadline,
    };
    let lost: Vec<String> = plan.loss.iter().filter_map(|loss| loss.with_update.clone()).collect();
    // For a run that is cancelled from here on.
    report.aftermath = Aftermath::of(lost.clone());
    let mut ended = rollout::follow(ctx, &rollout, &expected, reporter).await?;
    rollout::not_cut_short(ctx, &ended)?;
    if let Verdict::Bad(failure) = &mut ended.verdict {
        hint::add(failure, &plan);
    }
    report.aftermath = None;
    if !ended.became_active {
        let health = &planner.config.health;
        say_what_serves(ctx, target, &rollout, &plan, lost, health, report).await?;
    }
    say_what_was_lost(report, &plan, ended.became_active);
    Ok(Deployed::Ended(Box::new(ended)))
}

async fn planned(
    ctx: &Ctx,
    target: &Target,
    name: &str,
    live: Option<&App>,
    plan: &PreviewPlan,
    pull: &PullRequest,
) -> anyhow::Result<Report> {
    for change in &plan.changes {
        ctx.console.say(&format!("{}: {}", change.what, change.why));
    }
    let mut report = opening_report(ctx, target, name, plan, pull, live);
    report.state = State::Skipped;
    report.notes.insert(0, "A dry run: nothing was touched".to_owned());
    dry_run::show(ctx, target, live, &plan.document, &mut report).await?;
    ctx.record(&report);
    Ok(report)
}
