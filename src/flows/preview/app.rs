//! The app of a preview: asked about before it exists, created, updated.

use crate::flows::context::Ctx;
use crate::flows::preview::overtaken::still_wanted;
use crate::flows::preview::plan::Planner;
use crate::platforms::plan::PreviewPlan;
use crate::platforms::{App, Document, Platform, PlatformError, Rollout, Still};

/// Asks the platform about a document that it has never seen, so that a mistake is found before anything exists. That the
/// account cannot sleep is no mistake, and what cannot be found out shows later.
pub(crate) async fn would_be_accepted(platform: &dyn Platform, document: &Document) -> Result<(), PlatformError> {
    match platform.normalized(document, None).await {
        Err(error @ (PlatformError::SpecRefused { .. } | PlatformError::Cancelled(_))) => Err(error),
        _ => Ok(()),
    }
}

/// Creates or updates the app. Where the account refuses sleep, or another run of this pull request was quicker, the plan is
/// made again.
pub(crate) async fn send(
    ctx: &Ctx,
    planner: &Planner<'_>,
    plan: &mut PreviewPlan,
    live: Option<&App>,
) -> anyhow::Result<Rollout> {
    let (mut live, mut sleep) = (live.cloned(), true);
    loop {
        match apply(ctx, planner, plan, live.as_ref()).await {
            Err(PlatformError::SleepRefused { .. }) if sleep => sleep = false,
            // Its app is ours as well, and its secrets and its data are there already.
            Err(PlatformError::NameTaken { .. }) if live.is_none() => {
                live = Some(planner.target.taken(&planner.name).await?);
            }
            sent => return sent.map_err(|error| planner.refused(ctx, error, &plan.document)),
        }
        // Each of the two happens once, so that the third plan is the last.
        let earlier = std::mem::replace(plan, planner.plan(ctx, live.as_ref(), sleep)?);
        ctx.redactor_of(&plan.document, &planner.config);
        if earlier.loss.is_none() {
            plan.loss.iter().for_each(|loss| ctx.console.warn(&loss.before));
        }
    }
}

/// Builds what the app runs once more. A build cannot be forced by an update, and an update followed by a deployment makes
/// two that race.
pub(crate) async fn build_again(ctx: &Ctx, planner: &Planner<'_>, app: &App) -> anyhow::Result<Rollout> {
    ctx.console.say(&format!(
        "Building `{}` again; its {} stays as it is",
        app.name,
        app.document.words().document
    ));
    let still: Still<'_> = &|| Box::pin(still_wanted(ctx, planner.pull));
    Ok(planner.target.platform.redeploy(app, true, still).await?)
}

#[tracing::instrument(target = "phase", name = "send", skip_all)]
async fn apply(
    ctx: &Ctx,
    planner: &Planner<'_>,
    plan: &PreviewPlan,
    live: Option<&App>,
) -> Result<Rollout, PlatformError> {
    let platform = &planner.target.platform;
    let still: Still<'_> = &|| Box::pin(still_wanted(ctx, planner.pull));
    match live {
        Some(app) => {
            ctx.console.say(&format!("Updating the preview `{}`", plan.name));
            platform.update(app, &plan.document, still).await
        }
        None => {
            ctx.console.say(&format!("Creating the preview `{}`", plan.name));
            platform.create(&plan.document, None, still).await
        }
    }
}
