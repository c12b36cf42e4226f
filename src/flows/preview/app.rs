//! The app of a preview: asked about before it exists, created, updated.

use crate::flows::context::Ctx;
use crate::flows::preview::overtaken::still_wanted;
use crate::model::pull_request::PullRequest;
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

pub(crate) async fn apply(
    ctx: &Ctx,
    platform: &dyn Platform,
    plan: &PreviewPlan,
    pull: &PullRequest,
    live: Option<&App>,
) -> Result<Rollout, PlatformError> {
    let still: Still<'_> = &|| Box::pin(still_wanted(ctx, pull));
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
