//! One app of production or of a named environment: sent, followed, judged, and rolled back where that is safe.

use std::collections::BTreeMap;

use crate::actions::fold::Fold;
use crate::config::EnvValue;
use crate::flows::context::Ctx;
use crate::flows::failure::cancelled;
use crate::flows::production::plan::Planner;
use crate::flows::production::request::Request;
use crate::flows::production::serves_now::After;
use crate::flows::production::{automatic_rollback, pin, succession};
use crate::flows::project::app_revision::AppRevision;
use crate::flows::project::links::linked;
use crate::flows::project::revision::{Commit, NothingToDo};
use crate::flows::project::target::Target;
use crate::flows::rollout::app_run::{AppRun, End, Work};
use crate::flows::rollout::expected::Expected;
use crate::flows::rollout::finish::Successor;
use crate::flows::rollout::order::{Outcome, urls_of};
use crate::flows::rollout::{self, Ended};
use crate::flows::rollout::{finish, refused_manifest};
use crate::model::aftermath::Aftermath;
use crate::model::report::{Change, Listing, Report, State};
use crate::model::rollback::Situation;
use crate::model::verdict::Verdict;
use crate::platforms::plan::ProductionPlan;
use crate::platforms::{App, Document, Rollout};
use crate::policy::replace::Replace;
use crate::report::AppReporter;

/// One app of the environment.
pub(crate) type ProductionApp<'a> = AppRun<ProductionWork<'a>>;

/// What a run does about an app.
pub(crate) struct ProductionWork<'a> {
    pub(super) request: &'a Request,
    /// The commit that is expected at the branch's head.
    pub(super) commit: Commit,
    pub(super) revision: AppRevision,
    /// What may be taken from the live app.
    pub(super) replace: Replace,
    pub(super) plan: ProductionPlan,
    /// What the file gives it, with references to other apps.
    pub(super) env: BTreeMap<String, EnvValue>,
    /// The live URLs of the environment's other apps, by key, before this run.
    pub(super) urls: BTreeMap<String, String>,
    /// The app's place beside another one, where it is a second.
    pub(super) second: Option<Change>,
}

impl ProductionWork<'_> {
    fn planner<'b>(&'b self, ctx: &'b Ctx) -> Planner<'b> {
        planner(ctx, &self.revision, self.request, &self.commit, &self.replace)
    }

    /// Plans again with the URLs of the apps that it refers to, where one of them was not known before.
    fn link(&mut self, ctx: &Ctx, before: &[Outcome]) -> anyhow::Result<()> {
        let environment = self.revision.target.environment.to_string();
        let Some(settings) = self.revision.config.environment_mut(&environment) else {
            return Ok(());
        };
        let mut urls = self.urls.clone();
        urls.extend(urls_of(before));
        let env = linked(&self.env, &urls)?;
        if env == settings.env {
            return Ok(());
        }
        settings.env = env;
        let planner = self.planner(ctx);
        let mut plan = planner.plan(self.revision.app.as_ref())?;
        plan.changes.extend(self.second.clone());
        planner.announce(&plan, Some(&self.plan));
        self.plan = plan;
        Ok(())
    }
}

/// What a plan of the app is made from.
pub(super) fn planner<'b>(
    ctx: &'b Ctx,
    revision: &'b AppRevision,
    request: &'b Request,
    commit: &'b Commit,
    replace: &'b Replace,
) -> Planner<'b> {
    Planner {
        ctx,
        revision,
        environment: &request.environment,
        commit,
        images: &request.images,
        replace: (!request.force_build).then_some(replace),
    }
}

impl Work for ProductionWork<'_> {
    fn target(&self) -> &Target {
        &self.revision.target
    }

    fn successor(&self) -> Successor<'_> {
        Successor::Branch(&self.revision.branch)
    }

    async fn deploy(app: &mut AppRun<Self>, before: &[Outcome], reporter: AppReporter<'_>) -> anyhow::Result<End> {
        let linked = app.work.as_mut().map(|work| work.link(&app.ctx, before));
        linked.transpose()?;
        let Err(error) = app.roll_out(reporter).await else {
            return Ok(End::Reported);
        };
        let Some(NothingToDo(reason)) = error.downcast_ref() else {
            return Err(error);
        };
        let AppRun { ctx, report, .. } = app;
        let environment = &report.environment;
        ctx.console.notice(&format!("Not deployed to {environment}: {reason}"));
        report.state = State::Skipped;
        report.changes.clear();
        report.notes = vec![format!("Not deployed: {reason}")];
        Ok(End::Reported)
    }
}

impl ProductionApp<'_> {
    #[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %self.report.app, environment = %self.report.environment))]
    async fn roll_out(&mut self, reporter: AppReporter<'_>) -> anyhow::Result<()> {
        let Self {
            ctx,
            work:
                Some(ProductionWork {
                    request,
                    commit,
                    revision,
                    replace,
                    plan,
                    ..
                }),
            report,
            ..
        } = self
        else {
            return Ok(());
        };
        let planner = planner(ctx, revision, request, commit, replace);
        let (target, settings) = (&revision.target, revision.settings());
        ctx.wait.check()?;
        let app = match &revision.app {
            Some(app) if app.pinned.is_some() => Some(pin::release(ctx, target, app).await?),
            app => app.clone(),
        };
        ctx.console.phase(Fold::Build);
        let sent = planner.send(plan, app.as_ref()).await;
        let sent = sent.map_err(|error| refused_manifest::in_its_file(ctx, error, &revision.manifest, &plan.document));
        let rollout = match &revision.app {
            Some(app) if app.pinned.is_some() => sent.map_err(|error| pin::is_off(error, app))?,
            _ => sent?,
        };
        finish::taken(ctx, &rollout, report);
        report.changes.clone_from(&plan.changes);
        report.cost = target.platform.cost(&plan.document, Some(&rollout.app_id)).await.ok();
        let deadline = ctx.deadline(settings.timeout);
        let commit = report.commit.clone();
        let expected = Expected {
            target,
            commit: commit.as_ref(),
            document: &plan.document,
            health: &revision.config.health,
            redactor: &ctx.redactor_of(&plan.document, &revision.config),
            deadline,
        };
        // For a run that is cancelled from here on.
        report.aftermath = Aftermath::of(lost(plan));
        let ended = rollout::follow(ctx, &rollout, &expected, reporter).await?;
        rollout::not_cut_short(ctx, &ended)?;
        report.listing = difference(ctx, app.as_ref(), ended.document.as_ref());
        settle(ctx, revision, plan, &rollout, ended, report).await
    }
}

/// Writes how it ended into the report; rolls back where that is safe; says what serves now.
async fn settle(
    ctx: &Ctx,
    revision: &AppRevision,
    plan: &ProductionPlan,
    rollout: &Rollout,
    mut ended: Ended,
    report: &mut Report,
) -> anyhow::Result<()> {
    let target = &revision.target;
    let situation = Situation {
        configured_check_failed: ended.configured_check_failed,
        database_changed: plan.document.facts().migrates,
        has_previous: rollout.previous.is_some(),
    };
    match succession::successor(target.platform.as_ref(), &rollout.app_id, &ended).await {
        Ok(Some(successor)) => succession::reconsider(ctx, target.platform.words(), &mut ended, &successor),
        Ok(None) => {}
        Err(error) => note(ctx, "Could not determine whether it still serves", error, report)?,
    }
    let bad = ended
        .judged
        .clone()
        .filter(|_| matches!(ended.verdict, Verdict::Bad(_)));
    let never_live = !ended.became_active;
    if never_live && rollout.previous.is_some() {
        tracing::debug!(target: "decision", "not rolled back because the new deployment never took traffic");
    }
    report.aftermath = None;
    finish::conclude(report, ended);
    let is_ready = report.state == State::Ready;
    let done = plan.taken.iter().filter(|it| is_ready || it.with_update);
    report.notes.extend(done.map(|it| it.done.clone()));
    if report.state == State::Ready {
        return Ok(());
    }
    // The verdict stands. What cannot be found out or done after it is a note, and only a signal ends the run.
    if let Some(bad) = &bad
        && let Err(error) =
            automatic_rollback::run(ctx, target, revision.settings(), rollout, bad, situation, report).await
    {
        note(ctx, "Not rolled back", error, report)?;
    }
    let after = After {
        target,
        rollout,
        bad: bad.as_ref(),
        never_live,
        lost: lost(plan),
        health: &revision.config.health,
    };
    match after.say_what_serves(ctx, report).await {
        Ok(()) => Ok(()),
        Err(error) => note(ctx, "Could not determine what serves now", error, report),
    }
}

/// How what was sent differs from what was live, as the platform keeps both. `None`: it does not, or nothing was.
fn difference(ctx: &Ctx, before: Option<&App>, after: Option<&Document>) -> Option<Listing> {
    let (app, after) = (before?, after?);
    // What only the live app holds is hidden, too.
    ctx.register_secrets(&app.document);
    let active = app.active.as_ref().and_then(|active| active.document.as_ref());
    // The commit is another one in every deployment, and stands above.
    let difference = active.unwrap_or(&app.document).difference_but_commit(after);
    let title = format!(
        "How the {} of {} differs from what was live before",
        after.words().document,
        app.name
    );
    (!difference.is_empty()).then(|| Listing::difference(title, &difference))
}

/// What the version before lacks once the update is sent.
fn lost(plan: &ProductionPlan) -> Vec<String> {
    plan.taken.iter().map(|it| it.lost.clone()).collect()
}

fn note(ctx: &Ctx, what: &str, error: anyhow::Error, report: &mut Report) -> anyhow::Result<()> {
    if cancelled(&error).is_some() {
        return Err(error);
    }
    ctx.wait.check()?;
    report.notes.push(format!("{what}: {error:#}"));
    Ok(())
}
