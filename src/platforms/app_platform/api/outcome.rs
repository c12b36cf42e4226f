//! Follows a deployment to its end, and finds what came in the place of one that did not stay or become active.

use std::time::Duration;

use super::AppPlatform;
use crate::model::rollout::Phase;
use crate::platforms::deployment::{CauseKind, Deployment, Rollout};
use crate::platforms::error::{PlatformError, Result};
use crate::platforms::outcome::Outcome;
use crate::wait::Deadline;

/// How often is looked for the platform's own rollback, which appears a moment after a failure.
const LOOKS_FOR_ROLLBACK: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn follow(
        &self,
        rollout: &Rollout,
        deadline: Deadline,
        on_change: &mut dyn FnMut(&Deployment),
    ) -> Result<Outcome> {
        let deployment = self.wait(rollout, deadline, on_change).await?;
        Ok(match deployment.phase {
            Phase::Active => Outcome::Active(deployment),
            Phase::Superseded => Outcome::Superseded {
                by: self.successor(rollout, &deployment).await?.map(Box::new),
                deployment,
            },
            _ => Outcome::Failed {
                rollback: self.own_rollback(rollout, &deployment).await?,
                deployment,
            },
        })
    }

    /// Not to find out which one it is does not change that there is one.
    async fn successor(&self, rollout: &Rollout, ours: &Deployment) -> Result<Option<Deployment>> {
        match self.current_deployment(&rollout.app_id).await {
            Ok(current) => Ok(current.filter(|current| current.id != ours.id)),
            Err(cancelled @ PlatformError::Cancelled(_)) => Err(cancelled),
            Err(_) => Ok(None),
        }
    }

    /// The platform's own rollback after this deployment failed, which may appear a moment later. Not to find out is no
    /// reason to say nothing else.
    async fn own_rollback(&self, rollout: &Rollout, failed: &Deployment) -> Result<Option<Rollout>> {
        // Without anything that served before there is nothing to go back to.
        if rollout.previous.is_none() {
            return Ok(None);
        }
        for look in 0..LOOKS_FOR_ROLLBACK {
            if look > 0 {
                self.wait.sleep(BETWEEN_LOOKS).await?;
            }
            let newest = match self.deployments(&rollout.app_id, 5).await {
                Ok(newest) => newest,
                Err(cancelled @ PlatformError::Cancelled(_)) => return Err(cancelled),
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
}
