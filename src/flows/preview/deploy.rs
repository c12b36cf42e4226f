//! Deploys one app of a pull request.

use super::eligibility::Skip;
use super::overtaken::still_wanted;
use super::plan::Planner;
use super::report::say_what_was_lost;
use super::request::Request;
use super::serves_now::say_what_serves;
use super::{app, hint, limit};
use crate::actions::fold::Fold;
use crate::flows::context::Ctx;
use crate::flows::project::ownership;
use crate::flows::project::target::Target;
use crate::flows::rollout;
use crate::flows::rollout::app_run::{AppRun, End, Work};
use crate::flows::rollout::expected::Expected;
use crate::flows::rollout::finish;
use crate::flows::rollout::finish::Successor;
use crate::flows::rollout::order::{Outcome, urls_of};
use crate::model::aftermath::Aftermath;
use crate::model::commit::Sha;
use crate::model::report::Sleep;
use crate::model::verdict::Verdict;
use crate::platforms::plan::PreviewPlan;
use crate::platforms::{App, PlatformError};
use crate::report::AppReporter;

/// One app of the pull request.
pub(crate) type PreviewApp<'a> = AppRun<PreviewWork<'a>>;

/// What a run does about an app.
pub(crate) struct PreviewWork<'a> {
    pub(super) request: &'a Request,
    pub(super) planner: Planner<'a>,
    pub(super) live: Option<App>,
    pub(super) plan: PreviewPlan,
    /// Which data the update is going to cost.
    pub(super) loss: Option<String>,
    /// Runs of other pull requests were quicker: the new app has no place within the limit.
    pub(super) beyond: Option<Skip>,
}

/// The app that is built again as it is. Another commit than the one that it runs is built anyway, with its own spec.
pub(super) fn forced<'a>(ctx: &Ctx, request: &Request, live: Option<&'a App>, head: &Sha) -> Option<&'a App> {
    let runs_head = |app: &&App| ownership::serving(ctx, app).is_none_or(|serving| serving.is(head));
    live.filter(|_| request.force_build).filter(runs_head)
}

impl Work for PreviewWork<'_> {
    fn target(&self) -> &Target {
        &self.planner.target
    }

    fn successor(&self) -> Successor<'_> {
        Successor::Pull(self.planner.pull.number)
    }

    async fn deploy(app: &mut AppRun<Self>, before: &[Outcome], reporter: AppReporter<'_>) -> anyhow::Result<End> {
        app.use_urls(before)?;
        match app.deploy_if_wanted(before, reporter).await {
            Err(error) => match error.downcast_ref() {
                Some(PlatformError::Overtaken { by }) => Ok(End::Overtaken(by.clone())),
                _ => Err(error),
            },
            end => end,
        }
    }
}

impl PreviewApp<'_> {
    /// Deploys the app, unless the pull request has changed while it waited for others.
    async fn deploy_if_wanted(&mut self, before: &[Outcome], reporter: AppReporter<'_>) -> anyhow::Result<End> {
        if let (Some(work), false) = (&self.work, before.is_empty()) {
            still_wanted(&self.ctx, work.planner.pull).await?;
        }
        self.deploy(reporter).await
    }

    /// Plans again with the URLs of the apps that it refers to.
    fn use_urls(&mut self, before: &[Outcome]) -> anyhow::Result<()> {
        let Self { ctx, work, .. } = self;
        let Some(PreviewWork {
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
    async fn deploy(&mut self, reporter: AppReporter<'_>) -> anyhow::Result<End> {
        let Self { ctx, work, report, .. } = self;
        let Some(PreviewWork {
            request,
            planner,
            live,
            plan,
            beyond,
            ..
        }) = work
        else {
            return Ok(End::Reported);
        };
        let target = &planner.target;
        ctx.wait.check()?;
        ctx.console.phase(Fold::Build);
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
            *beyond = Some(skip);
            return Ok(End::NoPlace);
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
        Ok(End::Reported)
    }
}
