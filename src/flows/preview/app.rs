//! The app of a preview: asked about before it exists, created, updated.

use crate::flows::context::Ctx;
use crate::flows::preview::overtaken::still_wanted;
use crate::flows::preview::plan::Planner;
use crate::flows::rollout::resumed::may_resume;
use crate::platforms::plan::PreviewPlan;
use crate::platforms::{App, Applied, Document, Platform, PlatformError, Rollout, Still, Wanted};

/// Asks the platform about a document that it has never seen, so that a mistake is found before anything exists. That the
/// account cannot sleep is no mistake, and what cannot be found out shows later.
pub(crate) async fn would_be_accepted(platform: &dyn Platform, document: &Document) -> Result<(), PlatformError> {
    match platform.check(document, None).await {
        Err(error @ (PlatformError::SpecRefused { .. } | PlatformError::Cancelled(_))) => Err(error),
        _ => Ok(()),
    }
}

/// Creates or updates the app. Where another run of this pull request was quicker, the plan is made again.
pub(crate) async fn send(
    ctx: &Ctx,
    planner: &Planner<'_>,
    plan: &mut PreviewPlan,
    live: Option<&App>,
) -> anyhow::Result<Applied> {
    let applied = match apply(ctx, planner, plan, live).await {
        // Its app is ours as well, and its secrets and its data are there already.
        Err(PlatformError::NameTaken { .. }) if live.is_none() => {
            let app = planner.target.taken(&planner.name).await?;
            *plan = planner.plan(ctx, Some(&app))?;
            ctx.redactor_of(&plan.document, &planner.config);
            plan.loss.iter().for_each(|loss| ctx.console.warn(&loss.before));
            apply(ctx, planner, plan, Some(&app)).await
        }
        // A removal that had begun before the pull request was opened again was quicker.
        Err(error) if live.is_some() && error.is_not_found() => {
            ctx.console.say(&format!(
                "The preview `{}` was removed meanwhile: it is made again",
                plan.name
            ));
            still_wanted(ctx, planner.pull).await?;
            *plan = planner.plan(ctx, None)?;
            ctx.redactor_of(&plan.document, &planner.config);
            apply(ctx, planner, plan, None).await
        }
        applied => applied,
    };
    applied.map_err(|error| planner.refused(ctx, error, &plan.document))
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
) -> Result<Applied, PlatformError> {
    let doing = if live.is_some() { "Updating" } else { "Creating" };
    ctx.console.say(&format!("{doing} the preview `{}`", plan.name));
    let wanted = Wanted {
        document: &plan.document,
        project: None,
        may_stay_awake: true,
        may_be_under_way: match live {
            Some(live) => {
                let (target, name) = (&planner.target, planner.spec_name());
                may_resume(ctx, &planner.config, target, live, name, &planner.pull.head.sha).await
            }
            None => false,
        },
    };
    let still: Still<'_> = &|| Box::pin(still_wanted(ctx, planner.pull));
    planner.target.platform.apply(live, &wanted, still).await
}
