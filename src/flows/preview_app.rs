//! The app of a preview: asked about before it exists, created, updated.

use super::context::Ctx;
use super::overtaken::still_wanted;
use crate::model::pull_request::PullRequest;
use crate::platform::{App, Platform, PlatformError, Rollout};
use crate::spec::preview::PreviewPlan;

/// Asks the platform about a spec that it has never seen, so that a mistake is found before anything exists. That the
/// account cannot sleep is no mistake, and what cannot be found out shows later.
pub(super) async fn would_be_accepted(platform: &Platform, spec: &serde_json::Value) -> Result<(), PlatformError> {
    match platform.normalized(spec, None).await {
        Err(error @ (PlatformError::SpecRefused { .. } | PlatformError::Cancelled(_))) => Err(error),
        _ => Ok(()),
    }
}

pub(super) async fn apply(
    ctx: &Ctx,
    platform: &Platform,
    plan: &PreviewPlan,
    pull: &PullRequest,
    live: Option<&App>,
) -> Result<Rollout, PlatformError> {
    let still = async || still_wanted(ctx, pull).await;
    match live {
        Some(app) => {
            ctx.console.say(&format!("Updating the preview `{}`", plan.name));
            platform.update(app, &plan.spec, still).await
        }
        None => {
            ctx.console.say(&format!("Creating the preview `{}`", plan.name));
            platform.create(&plan.spec, None, still).await
        }
    }
}
