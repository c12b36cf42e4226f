//! After a deployment of a preview that did not take over: which commit serves, and whether it still works.

use crate::config::Health;
use crate::flows::context::Ctx;
use crate::flows::preview::report::leave_out_the_plan;
use crate::flows::project::ownership;
use crate::flows::project::target::Target;
use crate::flows::rollout::aftermath;
use crate::model::report::Report;
use crate::platforms::plan::PreviewPlan;
use crate::platforms::{App, PlatformError, Rollout};

/// `lost`: what the update took from the version before.
///
/// # Errors
/// Only after a signal: why the deployment failed is known, and worth more than what could not be read after it.
pub(crate) async fn say_what_serves(
    ctx: &Ctx,
    target: &Target,
    rollout: &Rollout,
    plan: &PreviewPlan,
    lost: Vec<String>,
    health: &Health,
    report: &mut Report,
) -> anyhow::Result<()> {
    let platform = target.platform.as_ref();
    let app = match platform.app(&rollout.app_id).await {
        Ok(app) => app,
        Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
        Err(error) => {
            report
                .notes
                .push(format!("Could not determine what serves now: {error}"));
            return Ok(());
        }
    };
    report.serving = app.as_ref().and_then(|app| ownership::serving(ctx, app));
    report.nothing_serves = app.as_ref().is_none_or(|app| app.active.is_none());
    if app.is_none() {
        (report.app_id, report.deployment_id) = (None, None);
    }
    if !report.nothing_serves {
        leave_out_the_plan(report, plan);
    }
    if let Some(app) = &app {
        report.aftermath = aftermath::look(ctx, platform, app, lost, health).await?;
        if let Some(how) = &report.aftermath {
            ctx.console.warn(&format!("What is live {how}"));
        }
    }
    report.url = app.as_ref().and_then(App::serving_url);
    Ok(())
}
