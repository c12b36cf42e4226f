//! The preview of a pull request: its own small app, reused on every push.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::board::Board;
use super::context::Ctx;
use super::rollout::{self, Ended, Expected};
use super::{ownership, source, teardown};
use crate::config::Config;
use crate::github::repository::Repository;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::names;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, Sleep, State};
use crate::model::verdict::Verdict;
use crate::net::error::ApiError;
use crate::platform::{App, Platform, PlatformError, Rollout};
use crate::spec::AppSpec;
use crate::spec::preview::{PreviewInput, PreviewPlan};
use crate::wait::{Cancelled, Deadline};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) pull_request: u64,
    pub(crate) commit: Commit,
    /// Build anew even if an earlier build could be reused.
    pub(crate) force_build: bool,
    pub(crate) dry_run: bool,
}

/// Which commit is expected at the pull request's head.
#[derive(Clone, Debug)]
pub(crate) enum Commit {
    /// Whatever is there.
    Head,
    /// A person named it: another head is an error.
    Asked(Sha),
    /// The event named it: a newer head has a run of its own.
    Event(Sha),
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let started = Instant::now();
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let pull = github
        .pull(request.pull_request)
        .await
        .map_err(|error| unknown_pull(error, request.pull_request))?;
    let environment = Environment::Preview(pull.number);
    if !pull.open {
        return skipped(ctx, environment, &pull, "the pull request is closed already");
    }
    let config = source::config(ctx, &pull.base_branch).await?;
    if let Some(skip) = skip_reason(&config.preview, &pull, &repository.full_name) {
        let report = skipped(ctx, environment, &pull, &skip.reason)?;
        if skip.tell {
            Board::skipped(ctx.board(&config, &repository), std::slice::from_ref(&report)).await?;
        }
        return Ok(report);
    }
    if let Some(newer) = unexpected_head(&request.commit, &pull)? {
        return skipped(ctx, environment, &pull, &newer);
    }
    let platform = ctx.platform()?;
    let spec = source::spec(ctx, &config.spec, pull.head.sha.as_str()).await?;
    let work = Work::prepare(ctx, &config, &repository, &pull, &spec).await?;
    let live = platform.find(&work.name).await?;
    if let Some(app) = &live {
        ownership::require(app, repository.id, &environment)?;
    } else if let Some(reason) = over_the_limit(ctx, &config, &repository).await? {
        let report = skipped(ctx, environment, &pull, &reason)?;
        Board::skipped(ctx.board(&config, &repository), std::slice::from_ref(&report)).await?;
        return Ok(report);
    }
    let plan = work.plan(ctx, live.as_ref(), true)?;
    announce(ctx, &plan);
    if request.dry_run {
        return Ok(planned(ctx, live.as_ref(), &plan, environment, &pull));
    }

    let mut report = opening_report(&plan, environment, &pull, live.as_ref());
    let mut board = Board::open(ctx.board(&config, &repository), std::slice::from_ref(&report)).await;
    let deployed = deploy(ctx, request, &work, plan, live, &mut report, &mut board).await;
    report.duration = Some(started.elapsed());
    match deployed {
        Ok(ended) => conclude(&mut report, ended),
        Err(error) => {
            if error.is::<Cancelled>() {
                cancel_deployment(ctx, &report).await;
            }
            return Err(break_off(&mut board, report, error).await);
        }
    }
    let now = github.pull(pull.number).await?;
    if !now.open {
        ctx.console
            .say("The pull request was closed meanwhile: what was just made is removed again");
        return teardown::remove(ctx, &config, &repository, &now, &work.name).await;
    }
    if now.head.sha != pull.head.sha {
        report.notes.push(format!(
            "The pull request has moved on to `{}`, which gets a run of its own",
            now.head.sha.short()
        ));
    }
    board.close(std::slice::from_ref(&report)).await?;
    Ok(report)
}

/// Why a pull request gets no preview, and whether its comment says so.
struct Skip {
    reason: String,
    tell: bool,
}

impl Skip {
    /// The author is waiting for a preview: the comment explains.
    fn told(reason: impl Into<String>) -> Option<Self> {
        Some(Self {
            reason: reason.into(),
            tell: true,
        })
    }

    /// Nobody expects one: a comment would be noise.
    fn silent(reason: impl Into<String>) -> Option<Self> {
        Some(Self {
            reason: reason.into(),
            tell: false,
        })
    }
}

/// `None`: it gets one.
fn skip_reason(policy: &crate::config::Preview, pull: &PullRequest, repository: &str) -> Option<Skip> {
    if !policy.enabled {
        return Skip::silent("previews are switched off in `do-deploy.toml`");
    }
    if pull.author_is_bot && !policy.bots {
        return Skip::silent(format!("`{}` is a bot, and `[preview] bots` is not set", pull.author));
    }
    if pull.is_fork_of(repository) {
        return Skip::told(
            "the change comes from a fork, and the platform builds branches of this repository only; a maintainer who has read it can push it to a branch here",
        );
    }
    if pull.draft && !policy.drafts {
        return Skip::told("the pull request is a draft; it gets a preview when it is ready for review");
    }
    let label = policy.label.as_str();
    if !label.is_empty() && !pull.labels.iter().any(|given| given.eq_ignore_ascii_case(label)) {
        return Skip::silent(format!("the pull request does not have the label `{label}`"));
    }
    None
}

/// `[preview] limit`: how many previews of this repository there may be at once.
async fn over_the_limit(ctx: &Ctx, config: &Config, repository: &Repository) -> anyhow::Result<Option<String>> {
    let apps = ctx.platform()?.list().await?;
    let is_ours = |app: &&App| {
        app.marks
            .as_ref()
            .is_some_and(|marks| marks.repository == repository.id && marks.environment.pull_request().is_some())
    };
    let (count, limit) = (apps.iter().filter(is_ours).count(), config.preview.limit);
    let reached = u32::try_from(count).unwrap_or(u32::MAX) >= limit;
    Ok(reached.then(|| format!("there are {count} previews already, and `[preview] limit` is {limit}; close a pull request or raise the limit")))
}

/// Compares the head with what was expected. `Some`: a newer head has a run of its own.
fn unexpected_head(expected: &Commit, pull: &PullRequest) -> Result<Option<String>, Failure> {
    let head = &pull.head.sha;
    match expected {
        Commit::Asked(sha) if !head.is(sha) => Err(Failure::input(format!(
            "the head of pull request {} is `{}`, not `{}`",
            pull.number,
            head.short(),
            sha.short()
        ))
        .why("the platform builds the head of the branch")
        .next("leave `--commit` out to deploy the head")),
        Commit::Event(sha) if !head.is(sha) => Ok(Some(format!(
            "superseded: `{}` has been pushed, which has a run of its own",
            head.short()
        ))),
        _ => Ok(None),
    }
}

/// What a plan is made from, gathered once: the account's refusal of a field leads to a second plan.
struct Work<'a> {
    name: String,
    config: &'a Config,
    repository: &'a Repository,
    pull: &'a PullRequest,
    spec: &'a AppSpec,
    files: BTreeMap<String, String>,
}

impl<'a> Work<'a> {
    async fn prepare(
        ctx: &Ctx,
        config: &'a Config,
        repository: &'a Repository,
        pull: &'a PullRequest,
        spec: &'a AppSpec,
    ) -> anyhow::Result<Self> {
        let files = source::files(ctx, &crate::spec::wanted_files(spec), pull.head.sha.as_str()).await?;
        Ok(Self {
            name: names::preview_app(spec.name(), pull.number, repository.id),
            config,
            repository,
            pull,
            spec,
            files,
        })
    }

    fn plan(&self, ctx: &Ctx, live: Option<&App>, sleep: bool) -> Result<PreviewPlan, Failure> {
        crate::spec::preview::plan(
            self.spec,
            &PreviewInput {
                repository: &self.repository.full_name,
                repository_id: self.repository.id,
                pull_request: self.pull,
                commit: &self.pull.head.sha,
                policy: &self.config.preview,
                files: &|path| self.files.get(path).cloned(),
                variables: &|name| (ctx.variables)(name),
                live: live.map(|app| &app.spec),
                random: &random,
                sleep,
            },
        )
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

/// Creates or updates the app and follows the deployment that the reply names.
async fn deploy(
    ctx: &Ctx,
    request: &Request,
    work: &Work<'_>,
    mut plan: PreviewPlan,
    live: Option<App>,
    report: &mut Report,
    board: &mut Board,
) -> anyhow::Result<Ended> {
    let platform = ctx.platform()?;
    ctx.wait.check()?;
    let rollout = match (&live, request.force_build) {
        // A build cannot be forced by an update, and an update followed by a deployment makes two that race.
        (Some(app), true) => platform.redeploy(app, true).await?,
        _ => match apply(ctx, platform, &plan, live.as_ref()).await {
            Err(PlatformError::SleepRefused { .. }) => {
                plan = work.plan(ctx, live.as_ref(), false)?;
                apply(ctx, platform, &plan, live.as_ref()).await?
            }
            other => other?,
        },
    };
    if rollout.sleep_dropped {
        plan.sleep = Sleep::Never("this DigitalOcean account has no scale to zero".to_owned());
    }
    report.app_id = Some(rollout.app_id.clone());
    report.deployment_id.clone_from(&rollout.deployment);
    report.sleep = Some(plan.sleep.clone());
    report.cost = platform.cost(&plan.spec, Some(&rollout.app_id)).await.ok();
    let deadline = Deadline::after(ctx.timeout.unwrap_or(work.config.preview.timeout));
    let expected = Expected {
        commit: Some(&work.pull.head.sha),
        spec: &plan.spec,
        health: &work.config.health,
        deadline,
    };
    let ended = rollout::follow(ctx, &rollout, &expected, board).await?;
    if !ended.became_active {
        let app = platform.app(&rollout.app_id).await?;
        report.serving = app.as_ref().and_then(ownership::serving);
        report.url = app.and_then(|app| app.active.and(app.url));
    }
    Ok(ended)
}

async fn apply(
    ctx: &Ctx,
    platform: &Platform,
    plan: &PreviewPlan,
    live: Option<&App>,
) -> Result<Rollout, PlatformError> {
    match live {
        Some(app) => {
            ctx.console.say(&format!("Updating the preview `{}`", plan.name));
            platform.update(app, &plan.spec).await
        }
        None => {
            ctx.console.say(&format!("Creating the preview `{}`", plan.name));
            platform.create(&plan.spec, None).await
        }
    }
}

/// Says what the preview is and lacks, before anything is created.
fn announce(ctx: &Ctx, plan: &PreviewPlan) {
    if let Some(database) = plan.database.phrase() {
        ctx.console
            .say(&format!("The preview's database: {database} ({})", plan.database.why));
    }
    if !plan.unset.is_empty() {
        let names = plan
            .unset
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        ctx.console.say(&format!(
            "Not set in previews: {names} (give them values under `[preview] env` in `do-deploy.toml`)"
        ));
    }
    for warning in &plan.warnings {
        ctx.console.warn(warning);
    }
}

fn opening_report(plan: &PreviewPlan, environment: Environment, pull: &PullRequest, live: Option<&App>) -> Report {
    let mut report = Report::new(&plan.name, environment, State::Building);
    report.commit = Some(pull.head.sha.clone());
    report.url = live.and_then(|app| app.active.as_ref().and(app.url.clone()));
    report.serving = live.and_then(ownership::serving);
    report.app_id = live.map(|app| app.id.clone());
    report.sleep = Some(plan.sleep.clone());
    report.database = plan.database.phrase().map(str::to_owned);
    report.changes.clone_from(&plan.changes);
    if !plan.unset.is_empty() {
        let names = plan
            .unset
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        report.notes.push(format!("Not set in previews: {names}"));
    }
    report.notes.extend(plan.warnings.iter().cloned());
    report
}

/// Writes how the deployment ended into the report.
pub(super) fn conclude(report: &mut Report, ended: Ended) {
    report.notes.extend(ended.notes);
    if ended.became_active {
        report.url = ended.url.or(report.url.take());
        report.serving = ended.built.or_else(|| report.commit.clone());
    }
    (report.state, report.failure) = match ended.verdict {
        Verdict::Good => (State::Ready, None),
        Verdict::Bad(failure) => (State::Failed, Some(failure)),
        Verdict::Unknown(failure) => (State::Unknown, Some(failure)),
    };
}

/// Nobody waits for the deployment of a run that was told to stop: the next run makes its own.
async fn cancel_deployment(ctx: &Ctx, report: &Report) {
    let (Ok(platform), Some(app), Some(deployment)) = (ctx.platform(), &report.app_id, &report.deployment_id) else {
        return;
    };
    let cancelled = tokio::time::timeout(LAST_WORDS, platform.to_the_end().cancel(app, deployment)).await;
    if let Ok(Err(error)) = cancelled {
        ctx.console
            .say(&format!("The deployment on the platform goes on: {error}"));
    }
}

/// A run that was told to stop has ten seconds before it is killed: half of them for the board, and less for the platform.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// Says on the board that the run ends before the deployment does, and gives the error back.
pub(super) async fn break_off(board: &mut Board, report: Report, error: anyhow::Error) -> anyhow::Error {
    let reports = [broken_off(report, &error)];
    match tokio::time::timeout(LAST_WORDS, board.close(&reports)).await {
        Ok(Ok(())) | Err(_) => error,
        Ok(Err(unwritten)) => error.context(format!("{unwritten:#}")),
    }
}

fn broken_off(mut report: Report, error: &anyhow::Error) -> Report {
    if error.downcast_ref::<Cancelled>().is_some() {
        report.state = State::Cancelled;
        return report;
    }
    let failure = super::failure_of(error);
    report.state = if failure.kind == crate::model::failure::Kind::Unknown {
        State::Unknown
    } else {
        State::Failed
    };
    report.failure = Some(failure);
    report
}

fn planned(ctx: &Ctx, live: Option<&App>, plan: &PreviewPlan, environment: Environment, pull: &PullRequest) -> Report {
    for change in &plan.changes {
        ctx.console.say(&format!("{}: {}", change.what, change.why));
    }
    if !ctx.json {
        match live {
            Some(app) => ctx.console.data(&crate::spec::diff(&app.spec, &plan.spec)),
            None => ctx.console.data(&crate::spec::print(&plan.spec)),
        }
    }
    let mut report = opening_report(plan, environment, pull, live);
    report.state = State::Skipped;
    report.notes = vec!["A dry run: nothing was touched".to_owned()];
    report
}

/// Says that nothing was done, in log, summary and outputs.
fn skipped(ctx: &Ctx, environment: Environment, pull: &PullRequest, reason: &str) -> anyhow::Result<Report> {
    ctx.console
        .notice(&format!("No preview of pull request {}: {reason}", pull.number));
    let mut report = Report::new("", environment, State::Skipped);
    report.commit = Some(pull.head.sha.clone());
    report.notes.push(format!("No preview: {reason}"));
    ctx.record(&report)?;
    Ok(report)
}

pub(super) fn unknown_pull(error: ApiError, number: u64) -> anyhow::Error {
    if error.is_not_found() {
        return Failure::input(format!("there is no pull request {number}"))
            .next("check the number and the repository, and that the GitHub token may see it")
            .into();
    }
    error.into()
}
