//! The platform's own rollback after a deployment failed, followed to its end.

use super::expected::Expected;
use crate::actions::fold::Fold;
use crate::flows::context::Ctx;
use crate::platforms::{Outcome, PlatformError, Rollout};

/// Waits for its end, so that what serves can be said, and says how it went.
pub(super) async fn follow(ctx: &Ctx, back: &Rollout, expected: &Expected<'_>) -> anyhow::Result<String> {
    let id = back.deployment.as_deref().unwrap_or_default();
    ctx.console.phase(Fold::Rollback);
    ctx.console
        .say(&format!("The platform is rolling back on its own (deployment {id})"));
    match expected
        .target
        .platform
        .follow(back, expected.deadline, &mut |_| {})
        .await
    {
        Ok(Outcome::Active(_)) => Ok(format!("The platform rolled back on its own (deployment {id})")),
        Ok(_) => Ok(format!(
            "The platform tried to roll back on its own, which failed as well (deployment {id})"
        )),
        Err(PlatformError::Cancelled(cancelled)) => Err(cancelled.into()),
        Err(_) => Ok(format!(
            "The platform began to roll back on its own (deployment {id}); how that ended is not known"
        )),
    }
}
