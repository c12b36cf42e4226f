//! What a deployment of production is planned from, and the update: planned again where the app has changed meanwhile.

use serde_json::Value;

use super::context::Ctx;
use super::ownership;
use super::site::Site;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::Change;
use crate::platform::{App, Rollout};
use crate::spec::production::{ProductionInput, ProductionPlan};
use crate::spec::{Images, Replace};

/// What a plan is made from, gathered once: an app that changes meanwhile leads to a second plan.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) site: &'a Site,
    pub(super) environment: &'a Environment,
    pub(super) images: &'a Images,
    /// What may be taken from the live app. `None`: the spec is not sent.
    pub(super) replace: Option<&'a Replace>,
}

impl Work<'_> {
    /// What to send to the app as it is, and what that changes.
    pub(super) fn plan(&self, live: Option<&App>) -> Result<ProductionPlan, Failure> {
        let Self { ctx, site, .. } = *self;
        let plan = crate::spec::production::plan(
            &site.spec,
            &ProductionInput {
                repository: &site.repository.full_name,
                repository_id: site.repository.id,
                environment: self.environment,
                commit: &site.head,
                branch: &site.branch,
                target: site.target(),
                variables: &|name| (ctx.variables)(name),
                live: live.map(|app| &app.spec),
                live_marks: live.and_then(|app| app.marks.as_ref()),
                active: live.and_then(|app| app.active.as_ref()?.spec.as_ref()),
                neighbours: &site.neighbours,
                images: self.images,
                replace: self.replace,
            },
        )
        .map_err(|failure| self.refused(failure, live))?;
        ctx.redactor_of(&plan.spec, &site.config);
        Ok(plan)
    }

    /// A plan is made before anything is touched.
    fn refused(&self, failure: Failure, live: Option<&App>) -> Failure {
        let failure = failure.about(format!("{}: {}", self.site.spec.name(), self.environment));
        match live.filter(|app| app.active.is_some()).map(ownership::serving) {
            Some(Some(sha)) => failure.point(format!("nothing was touched; `{}` keeps serving", sha.short())),
            Some(None) => failure.point("nothing was touched; what was deployed before keeps serving"),
            None => failure,
        }
    }

    /// Says what the plan changes, and what an earlier plan did not say.
    pub(super) fn announce(&self, plan: &ProductionPlan, earlier: Option<&ProductionPlan>) {
        let console = &self.ctx.console;
        let is_new = |change: &&Change| earlier.is_none_or(|earlier| !earlier.changes.contains(*change));
        for change in plan.changes.iter().filter(is_new) {
            console.say(&format!("{}: {}", change.what, change.why));
        }
        let is_new = |warning: &&String| earlier.is_none_or(|earlier| !earlier.warnings.contains(*warning));
        for warning in plan.warnings.iter().filter(is_new) {
            console.warn(warning);
        }
    }

    /// Updates a living app, which is read again right before. Where it is not the one that was planned for, because
    /// somebody changed it or made it meanwhile, a new plan is made, once: another change could be overwritten without
    /// a word.
    pub(super) async fn update(
        &self,
        app: &App,
        planned_for: Option<&Value>,
        plan: &mut ProductionPlan,
    ) -> anyhow::Result<Rollout> {
        let platform = self.ctx.platform()?;
        let now = living(self.ctx, app).await?;
        if planned_for == Some(&now.spec) {
            return Ok(platform.update(&now, &plan.spec).await?);
        }
        self.ctx.console.say(&format!(
            "Planning again: `{}` is no longer what it was when this run began",
            now.name
        ));
        let earlier = std::mem::replace(plan, self.plan(Some(&now))?);
        self.announce(plan, Some(&earlier));
        let planned_for = now.spec;
        let now = living(self.ctx, app).await?;
        // Ciphertexts aside: whether the platform gives the same ones at every reading is not documented.
        if crate::spec::diff(&planned_for, &now.spec).is_empty() {
            return Ok(platform.update(&now, &plan.spec).await?);
        }
        Err(Failure::unknown(format!(
            "`{}` was changed twice while this run prepared its update",
            now.name
        ))
        .why("somebody else changes it at the same time: another run, or a person on the platform")
        .next("run again once they are done; nothing was sent")
        .into())
    }
}

/// The app as it is now.
pub(super) async fn living(ctx: &Ctx, app: &App) -> anyhow::Result<App> {
    let now = ctx.platform()?.app(&app.id).await?;
    Ok(now.ok_or_else(|| Failure::unknown(format!("the app `{}` has disappeared", app.name)).next("run again"))?)
}
