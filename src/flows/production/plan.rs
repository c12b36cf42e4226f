//! What a deployment of production is planned from, and how it is sent: planned again where the app has changed meanwhile.

use crate::flows::context::Ctx;
use crate::flows::project::app_revision::AppRevision;
use crate::flows::project::ownership;
use crate::flows::project::revision::Commit;
use crate::flows::rollout::resumed::may_resume;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::Change;
use crate::platforms::plan::{ProductionInput, ProductionPlan};
use crate::platforms::{App, Document, PlatformError, Rollout, Still, Wanted};
use crate::policy::images::Images;
use crate::policy::replace::Replace;

/// What a plan is made from, gathered once: an app that changes meanwhile leads to a second plan.
#[derive(Clone, Copy)]
pub(crate) struct Planner<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) revision: &'a AppRevision,
    pub(crate) environment: &'a Environment,
    /// The commit that was asked for.
    pub(crate) commit: &'a Commit,
    pub(crate) images: &'a Images,
    /// What may be taken from the live app. `None`: its own spec is deployed again.
    pub(crate) replace: Option<&'a Replace>,
}

impl Planner<'_> {
    /// What to send to the app as it is, and what that changes.
    pub(crate) fn plan(&self, live: Option<&App>) -> Result<ProductionPlan, Failure> {
        let Self { ctx, revision, .. } = *self;
        let plan = ctx
            .clouds
            .of(&revision.manifest)
            .manifests
            .plan_production(
                &revision.manifest,
                &ProductionInput {
                    repository: &ctx.own(),
                    repository_id: revision.target.repository.id,
                    environment: self.environment,
                    app: &revision.target.app,
                    commit: &revision.head,
                    branch: &revision.branch,
                    target: revision.settings(),
                    variables: &|name| (ctx.variables)(name),
                    live: live.map(|app| &app.document),
                    live_marks: live.and_then(|app| app.marks.as_ref()),
                    active: live.and_then(|app| app.active.as_ref()?.document.as_ref()),
                    neighbours: &revision.neighbours,
                    images: self.images,
                    replace: self.replace,
                },
            )
            .map_err(|failure| self.refused(failure, live))?;
        ctx.redactor_of(&plan.document, &revision.config);
        Ok(plan)
    }

    /// A plan is made before anything is touched.
    fn refused(&self, failure: Failure, live: Option<&App>) -> Failure {
        let failure = failure.about(format!("{}, {}", self.revision.manifest.name(), self.environment));
        match live
            .filter(|app| app.active.is_some())
            .map(|app| ownership::serving(self.ctx, app))
        {
            Some(Some(sha)) => failure.point(format!("nothing was touched; `{}` keeps serving", sha.short())),
            Some(None) => failure.point("nothing was touched; what was deployed before keeps serving"),
            None => failure,
        }
    }

    /// Says what the plan changes, and what an earlier plan did not say.
    pub(crate) fn announce(&self, plan: &ProductionPlan, earlier: Option<&ProductionPlan>) {
        let console = &self.ctx.console;
        let is_new = |change: &&Change| earlier.is_none_or(|earlier| !earlier.changes.contains(*change));
        for change in plan.changes.iter().filter(is_new) {
            tracing::debug!(target: "decision", "{} because {}", change.what, change.why);
            console.say(&format!("{}: {}", change.what, change.why));
        }
        let is_new = |warning: &&String| earlier.is_none_or(|earlier| !earlier.warnings.contains(*warning));
        for warning in plan.warnings.iter().filter(is_new) {
            console.warn(warning);
        }
    }

    /// Creates or updates the app, or deploys it again as it is.
    #[tracing::instrument(target = "phase", name = "send", skip_all)]
    pub(crate) async fn send(&self, plan: &mut ProductionPlan, app: Option<&App>) -> anyhow::Result<Rollout> {
        let Self { ctx, revision, .. } = *self;
        let (platform, project) = (&revision.target.platform, &revision.settings().project);
        let Some(app) = app else {
            ctx.console.say(&format!("Creating `{}`", plan.name));
            return match self.apply(None, plan).await {
                Err(PlatformError::Overtaken { by }) => {
                    ctx.console.say(&format!("Not sent: {by}"));
                    revision.still_at_head(ctx, self.commit).await?;
                    Err(PlatformError::Overtaken { by }.into())
                }
                // Another run of this environment was quicker: its app is ours as well.
                Err(PlatformError::NameTaken { .. }) => {
                    let app = revision.target.taken(&plan.name).await?;
                    self.update(&app, None, plan).await
                }
                created => Ok(created?),
            };
        };
        if self.replace.is_none() {
            ctx.console.say(&format!(
                "Deploying `{}` again from a fresh build; its {} stays as it is",
                app.name,
                app.document.words().document
            ));
            let still: Still<'_> = &|| Box::pin(self.head_stands());
            return Ok(platform.redeploy(app, true, still).await?);
        }
        ctx.console.say(&format!("Updating `{}`", app.name));
        if !project.is_empty() {
            ctx.console
                .say("`project` only counts when an app is created: this one stays where it is");
        }
        let planned_for = revision.app.as_ref().map(|app| &app.document);
        self.update(app, planned_for, plan).await
    }

    /// Updates a living app, which is read again right before. Where it is not the one that was planned for, because
    /// someone changed it or made it meanwhile, a new plan is made, once: another change could be overwritten without
    /// a word.
    async fn update(
        &self,
        app: &App,
        planned_for: Option<&Document>,
        plan: &mut ProductionPlan,
    ) -> anyhow::Result<Rollout> {
        let mut planned_for = planned_for.cloned();
        let mut planned_again = false;
        loop {
            let now = self.revision.target.living(app).await?;
            let is_as_planned = planned_for.is_some_and(|planned_for| match planned_again {
                false => planned_for == now.document,
                // Whether the platform gives the same ciphertexts at every reading is not documented.
                true => planned_for.difference(&now.document).is_empty(),
            });
            if is_as_planned {
                match self.apply(Some(&now), plan).await {
                    Err(PlatformError::Overtaken { by }) => {
                        self.ctx.console.say(&format!("Not sent: {by}"));
                        self.revision.still_at_head(self.ctx, self.commit).await?;
                    }
                    sent => return Ok(sent?),
                }
            }
            // Two changes during one run mean another writer at work, and a third plan would race with it again.
            if planned_again {
                return Err(Failure::unknown(format!(
                    "`{}` was changed twice while this run prepared its update",
                    now.name
                ))
                .why("someone else changes it at the same time: another run, or a person on the platform")
                .next("run again once they are done; nothing was sent")
                .into());
            }
            self.ctx.console.say(&format!(
                "Planning again: `{}` is no longer what it was when this run began",
                now.name
            ));
            let now = match is_as_planned {
                true => self.revision.target.living(app).await?,
                false => now,
            };
            let earlier = std::mem::replace(plan, self.plan(Some(&now))?);
            self.announce(plan, Some(&earlier));
            planned_for = Some(now.document);
            planned_again = true;
        }
    }

    async fn apply(&self, live: Option<&App>, plan: &ProductionPlan) -> crate::platforms::Result<Rollout> {
        let revision = self.revision;
        let project = revision.settings().project.as_str();
        let wanted = Wanted {
            document: &plan.document,
            project: Some(project).filter(|project| !project.is_empty()),
            may_stay_awake: false,
            may_be_under_way: match live {
                Some(live) => {
                    let (name, commit) = (revision.manifest.name(), &revision.head);
                    may_resume(self.ctx, &revision.config, &revision.target, live, name, commit).await
                }
                None => false,
            },
        };
        let still: Still<'_> = &|| Box::pin(self.head_stands());
        let applied = self.revision.target.platform.apply(live, &wanted, still).await?;
        Ok(applied.rollout)
    }

    /// Passes while the branch is at the commit that was planned for, or that is unknown: what was built is asked about
    /// afterwards as well.
    async fn head_stands(&self) -> crate::platforms::Result<()> {
        let Self { ctx, revision, .. } = self;
        if !revision.target.platform.capabilities().builds_branch_heads {
            return Ok(());
        }
        let head = match ctx.github() {
            Ok(github) => github.branch_head(&revision.branch).await.ok().flatten(),
            Err(_) => None,
        };
        match head.filter(|head| !head.is(&revision.head)) {
            Some(head) => Err(PlatformError::Overtaken {
                by: format!("`{}` moved on to `{}`", revision.branch, head.short()),
            }),
            None => Ok(()),
        }
    }
}
