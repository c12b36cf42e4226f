//! A person's rollback whose run was killed: what GitHub and the platform show of it, so that the next run ends it.

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::project::target::Target;
use crate::model::commit::Sha;
use crate::platforms::deployment::CauseKind;
use crate::platforms::{App, Deployment, Rollout};
use crate::report;

/// How far back the deployments are looked for that a rollback goes between.
const LOOK_BACK: usize = 50;

/// A rollback that has begun, and whose end no run has seen.
pub(crate) struct BrokenOff {
    /// The deployment that brings `back` back.
    rollback: Deployment,
    pub(crate) back: Deployment,
    /// The app as it was before.
    pub(crate) before: App,
}

impl BrokenOff {
    /// The one that a run of the same wish goes on with: GitHub's last deployment of the app has not ended, or is of an
    /// earlier attempt of this run, and the platform's is a rollback to that commit. `to`: where the wish goes; `None`: to
    /// the deployment before.
    pub(crate) async fn find(
        ctx: &Ctx,
        target: &Target,
        config: &Config,
        app: &App,
        to: Option<&str>,
    ) -> anyhow::Result<Option<Self>> {
        let mut deployments = [&app.in_progress, &app.active].into_iter().flatten();
        let Some(rollback) = deployments.find(|it| it.cause.kind == CauseKind::Rollback) else {
            return Ok(None);
        };
        let reporter = ctx.reporter(config, &target.repository);
        let Some(commit) = report::unfinished(&reporter, &target.environment, &app.name).await else {
            return Ok(None);
        };
        let all = target.platform.deployments(&app.id, LOOK_BACK).await?;
        let named = |id: &Option<String>| all.iter().find(|it| Some(&it.id) == id.as_ref()).cloned();
        let Some(back) = named(&rollback.restores) else {
            return Ok(None);
        };
        let is_its = |built: Sha| built.is(&commit);
        let is_meant = to.is_none_or(|to| back.is_named(to));
        if !is_meant || !ctx.commit_of(&back).is_none_or(is_its) {
            return Ok(None);
        }
        tracing::debug!(
            target: "decision",
            "rollback {} is resumed because it goes to `{}`, whose deployment GitHub shows as unfinished",
            rollback.id,
            commit.short()
        );
        let mut before = app.clone();
        before.active = named(&rollback.previous).or(before.active);
        Ok(Some(Self {
            rollback: rollback.clone(),
            back,
            before,
        }))
    }

    /// What is followed to its end.
    pub(crate) fn rollout(&self) -> Rollout {
        Rollout {
            app_id: self.before.id.clone(),
            app_name: self.before.name.clone(),
            deployment: Some(self.rollback.id.clone()),
            previous: self.rollback.previous.clone(),
            warnings: Vec::new(),
        }
    }
}
