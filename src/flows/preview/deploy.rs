//! Deploys the apps of a pull request, each as soon as those that it needs serve.

use std::time::Instant;

use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::eligibility::Skip;
use super::plan::Planner;
use super::report::say_what_was_lost;
use super::request::Request;
use super::serves_now::say_what_serves;
use super::skipped::Candidate;
use super::{app, hint, limit};
use crate::flows::context::Ctx;
use crate::flows::project::ownership;
use crate::flows::rollout;
use crate::flows::rollout::expected::Expected;
use crate::flows::rollout::finish;
use crate::flows::rollout::finish::Successor;
use crate::flows::rollout::order::{Outcome, held_back, in_the_way, turns, urls_of};
use crate::model::aftermath::Aftermath;
use crate::model::commit::Sha;
use crate::model::report::{Report, Sleep, State};
use crate::model::verdict::Verdict;
use crate::platforms::plan::PreviewPlan;
use crate::platforms::{App, PlatformError};
use crate::report::{AppReporter, Reporter};
use crate::wait::Cancelled;

/// One app of the pull request.
pub(crate) struct PreviewApp<'a> {
    /// The run's, with a log that names the app where there are several.
    pub(super) ctx: Ctx,
    /// Its name under `[apps]`.
    pub(super) key: Option<String>,
    /// The places of those that are deployed before it.
    pub(super) needs: Vec<usize>,
    /// `None`: this run does not deploy it, and its report says why.
    pub(super) work: Option<Work<'a>>,
    pub(super) report: Report,
    pub(super) end: End,
}

/// What a run does about an app.
pub(crate) struct Work<'a> {
    pub(super) planner: Planner<'a>,
    pub(super) live: Option<App>,
    pub(super) plan: PreviewPlan,
    /// Which data the update is going to cost.
    pub(super) loss: Option<String>,
}

/// How the run's work on an app ended.
pub(crate) enum End {
    /// The report says it.
    Reported,
    /// Runs of other pull requests were quicker: the new app has no place within the limit.
    Beyond(Skip),
    /// Something else changed the app or the pull request first: what.
    Overtaken(String),
    Cancelled(Cancelled),
}

/// Deploys every app, each once those before it serve, and has the reporter say how each ended.
pub(crate) async fn deploy_all(
    candidate: &Candidate<'_>,
    apps: &mut [PreviewApp<'_>],
    reporter: &Mutex<Reporter>,
    started: Instant,
) {
    let turns = turns(apps.iter().map(|app| app.needs.as_slice()));
    let deployments = apps
        .iter_mut()
        .zip(turns)
        .enumerate()
        .map(|(index, (app, mut turn))| async move {
            let reporter = AppReporter::new(reporter, index);
            let before = turn.comes().await;
            // Waiting for the others is not its own time.
            let started = if before.is_empty() { started } else { Instant::now() };
            if app.work.is_some() {
                let deployed = app.deploy_after(&before, candidate.request, reporter).await;
                app.end = app.ending(deployed).await;
                app.report.duration = app.has_begun().then(|| started.elapsed());
                if let End::Reported = app.end {
                    reporter.end(&app.report).await;
                }
            }
            turn.ends(app.key.as_deref(), &app.report);
        });
    join_all(deployments).await;
}

/// The app that is built again as it is. Another commit than the one that it runs is built anyway, with its own spec.
pub(super) fn forced<'a>(ctx: &Ctx, request: &Request, live: Option<&'a App>, head: &Sha) -> Option<&'a App> {
    let runs_head = |app: &&App| ownership::serving(ctx, app).is_none_or(|serving| serving.is(head));
    live.filter(|_| request.force_build).filter(runs_head)
}

impl PreviewApp<'_> {
    /// Deploys the app unless one before it stands in the way.
    async fn deploy_after(
        &mut self,
        before: &[Outcome],
        request: &Request,
        reporter: AppReporter<'_>,
    ) -> anyhow::Result<Option<Skip>> {
        if let Some(other) = in_the_way(before) {
            self.ctx.wait.check()?;
            let why = held_back(&mut self.report, other);
            self.ctx.console.say(&why);
            return Ok(None);
        }
        self.use_urls(before)?;
        self.deploy(request, reporter).await
    }

    /// Plans again with the URLs of the apps that it refers to.
    fn use_urls(&mut self, before: &[Outcome]) -> anyhow::Result<()> {
        let Self { ctx, work, .. } = self;
        let Some(Work {
            planner, live, plan, ..
        }) = work
        else {
            return Ok(());
        };
        if planner.point_to_all(&urls_of(before).collect())? {
            *plan = planner.plan(ctx, live.as_ref())?;
            ctx.redactor_of(&plan.document, &planner.config);
        }
        Ok(())
    }

    /// Creates or updates the app and follows the deployment that the reply names.
    #[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %self.report.app, environment = %self.report.environment))]
    async fn deploy(&mut self, request: &Request, reporter: AppReporter<'_>) -> anyhow::Result<Option<Skip>> {
        let Self { ctx, work, report, .. } = self;
        let Some(Work {
            planner, live, plan, ..
        }) = work
        else {
            return Ok(None);
        };
        let target = &planner.target;
        ctx.wait.check()?;
        ctx.console.phase("Build");
        let forced = forced(ctx, request, live.as_ref(), &planner.pull.head.sha);
        // What is deployed, and not what was planned, is what people are told about.
        let (rollout, stays_awake) = match forced {
            Some(app) => {
                let rollout = app::build_again(ctx, planner, app).await?;
                plan.document.clone_from(&app.document);
                plan.loss = None;
                report.changes.clear();
                (rollout, !plan.document.facts().sleeps())
            }
            None => {
                let applied = app::send(ctx, planner, plan, live.as_ref()).await?;
                plan.document = applied.document;
                (applied.rollout, applied.stays_awake)
            }
        };
        finish::taken(ctx, &rollout, report);
        if stays_awake {
            plan.sleep = plan.document.no_sleep();
        }
        report.sleep = Some(plan.sleep.clone());
        if live.is_none()
            && let Some(skip) = limit::look_again(ctx, target, &rollout.app_id, &planner.config).await?
        {
            return Ok(Some(skip));
        }
        report.cost = target.platform.cost(&plan.document, Some(&rollout.app_id)).await.ok();
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
            hint::add(failure, plan);
        }
        report.aftermath = None;
        if !ended.became_active {
            let health = &planner.config.health;
            say_what_serves(ctx, target, &rollout, plan, lost, health, report).await?;
        }
        say_what_was_lost(report, plan, ended.became_active);
        finish::conclude(report, ended);
        Ok(None)
    }

    /// What the end of the deployment means; what went wrong is written into the report.
    async fn ending(&mut self, deployed: anyhow::Result<Option<Skip>>) -> End {
        match deployed {
            Ok(None) => End::Reported,
            Ok(Some(skip)) => End::Beyond(skip),
            Err(error) => match error.downcast_ref() {
                Some(PlatformError::Overtaken { by }) => End::Overtaken(by.clone()),
                _ => self.break_off(&error).await,
            },
        }
    }

    /// Whether anything was sent, or was going to be.
    fn has_begun(&self) -> bool {
        self.report.state != State::Skipped
    }

    /// Writes into the report that the run ends before the deployment does.
    pub(super) async fn break_off(&mut self, error: &anyhow::Error) -> End {
        let Some(work) = &self.work else { return End::Reported };
        let successor = Successor::Pull(work.planner.pull.number);
        let platform = work.planner.target.platform.as_ref();
        match finish::break_off(&self.ctx, platform, &mut self.report, successor, error).await {
            Some(signal) => End::Cancelled(signal),
            None => End::Reported,
        }
    }
}
