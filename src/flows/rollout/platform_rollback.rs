//! The platform's own rollback after a deployment failed: found, and followed to its end.

use std::time::Duration;

use super::expected::Expected;
use crate::flows::context::Ctx;
use crate::model::rollout::Phase;
use crate::platforms::{CauseKind, Deployment, PlatformError, Rollout};

/// How often is looked for the platform's own rollback, which appears a moment after a failure.
const LOOKS_FOR_ROLLBACK: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// The platform's own rollback after this deployment failed, which may appear a moment later. Not to find out is no
/// reason to say nothing else.
pub(super) async fn find(
    ctx: &Ctx,
    rollout: &Rollout,
    failed: &Deployment,
    expected: &Expected<'_>,
) -> anyhow::Result<Option<Rollout>> {
    // Without anything that served before there is nothing to go back to.
    if rollout.previous.is_none() {
        return Ok(None);
    }
    for look in 0..LOOKS_FOR_ROLLBACK {
        if look > 0 {
            ctx.wait.sleep(BETWEEN_LOOKS).await?;
        }
        let newest = match expected.target.platform.deployments(&rollout.app_id, 5).await {
            Ok(newest) => newest,
            Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(_) => return Ok(None),
        };
        let since: Vec<_> = newest
            .into_iter()
            .take_while(|deployment| deployment.id != failed.id)
            .collect();
        // The first one after the failure; any other newer deployment means that there will be none.
        if let Some(next) = since.last() {
            let is_its_own = next.cause.kind == CauseKind::AutoRollback;
            return Ok(is_its_own.then(|| Rollout {
                deployment: Some(next.id.clone()),
                ..rollout.clone()
            }));
        }
    }
    Ok(None)
}

/// Waits for its end, so that what serves can be said, and says how it went.
pub(super) async fn follow(ctx: &Ctx, back: &Rollout, expected: &Expected<'_>) -> anyhow::Result<String> {
    let id = back.deployment.as_deref().unwrap_or_default();
    ctx.console.phase("Rollback");
    ctx.console
        .say(&format!("The platform is rolling back on its own (deployment {id})"));
    match expected
        .target
        .platform
        .wait(back, expected.deadline, &mut |_| {})
        .await
    {
        Ok(ended) if ended.phase == Phase::Active => {
            Ok(format!("The platform rolled back on its own (deployment {id})"))
        }
        Ok(_) => Ok(format!(
            "The platform tried to roll back on its own, which failed as well (deployment {id})"
        )),
        Err(PlatformError::Cancelled(cancelled)) => Err(cancelled.into()),
        Err(_) => Ok(format!(
            "The platform began to roll back on its own (deployment {id}); how that ended is not known"
        )),
    }
}
