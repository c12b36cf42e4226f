//! Follows a deployment to its end, at a pace that suits its phase and the rate limit.

use std::time::Duration;

use super::{AppPlatform, translate};
use crate::model::rollout::Phase;
use crate::platform::deployment::{Deployment, Rollout};
use crate::platform::error::{PlatformError, Result};
use crate::wait::Deadline;

/// How many looks at the start are quick: a refused source or a reused build ends within seconds.
const QUICK_LOOKS: u32 = 5;

/// A deployment may be unknown for a moment after its creation; after so many looks it is gone.
const MOST_NOT_FOUND: u32 = 5;

/// Pause between two looks for the URL of an app that just went live.
const URL_PAUSE: Duration = Duration::from_secs(2);

/// Component kinds that are served at the app's URL.
const PUBLIC: [&str; 3] = ["services", "static_sites", "functions"];

impl AppPlatform {
    pub(in crate::platform) async fn wait(
        &self,
        rollout: &Rollout,
        deadline: Deadline,
        on_change: &mut dyn FnMut(&Deployment),
    ) -> Result<Deployment> {
        let id = match &rollout.deployment {
            Some(id) => id.clone(),
            None => match self.winner(&rollout.app_id).await? {
                Some(deployment) => deployment.id,
                None => {
                    return Err(PlatformError::NoDeployment {
                        app: rollout.app_name.clone(),
                    });
                }
            },
        };
        let mut shown: Option<Deployment> = None;
        let (mut looks, mut not_found, mut failed) = (0, 0, 0);
        loop {
            looks += 1;
            let unheard = match self.within(deadline, self.deployment(&rollout.app_id, &id)).await {
                Ok(deployment) => {
                    (not_found, failed) = (0, 0);
                    if shown.as_ref().is_none_or(|shown| deployment.moved_on_from(shown)) {
                        on_change(&deployment);
                    }
                    if deployment.phase.is_final() {
                        return Ok(deployment);
                    }
                    shown = Some(deployment);
                    None
                }
                Err(error) if error.is_not_found() && not_found < MOST_NOT_FOUND => {
                    not_found += 1;
                    None
                }
                Err(error) if error.is_transient() => {
                    failed += 1;
                    Some(error)
                }
                Err(error) => return Err(error),
            };
            if deadline.is_over() {
                return Err(unheard.unwrap_or(PlatformError::Deadline {
                    waited: deadline.total(),
                }));
            }
            let phase = shown.as_ref().map(|shown| &shown.phase);
            let pause = with_jitter(pause(phase, looks, failed, self.client.allowance()));
            self.wait.sleep(pause).await?;
        }
    }

    pub(in crate::platform) async fn winner(&self, app_id: &str) -> Result<Option<Deployment>> {
        Ok(self.app(app_id).await?.and_then(|app| app.latest.or(app.active)))
    }

    pub(in crate::platform) async fn live_url(
        &self,
        app_id: &str,
        deployment_id: &str,
        deadline: Deadline,
    ) -> Result<Option<String>> {
        loop {
            let unheard = match self.within(deadline, self.existing(app_id)).await {
                Ok(app) => {
                    if !PUBLIC.iter().any(|kind| translate::has_any(&app.spec, kind)) {
                        return Ok(None);
                    }
                    let active = app.active.as_ref();
                    if app.url.is_some() && active.is_some_and(|active| active.id == deployment_id) {
                        return Ok(app.url);
                    }
                    if let Some(successor) = active.filter(|it| it.previous.as_deref() == Some(deployment_id)) {
                        return Err(PlatformError::Superseded {
                            by: successor.id.clone(),
                        });
                    }
                    None
                }
                Err(error) if error.is_transient() => Some(error),
                Err(error) => return Err(error),
            };
            if deadline.is_over() {
                return Err(unheard.unwrap_or(PlatformError::Deadline {
                    waited: deadline.total(),
                }));
            }
            self.wait.sleep(URL_PAUSE).await?;
        }
    }

    /// Asks, but not beyond the deadline, and not once the run is told to stop.
    pub(super) async fn within<T>(&self, deadline: Deadline, asking: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            answer = asking => answer,
            cancelled = self.wait.cancelled() => Err(cancelled.into()),
            () = tokio::time::sleep(deadline.remaining().max(LAST_CHANCE)) => Err(PlatformError::Deadline {
                waited: deadline.total(),
            }),
        }
    }
}

/// Even after the deadline a request that was begun gets this long, so that the last look is a look.
const LAST_CHANCE: Duration = Duration::from_secs(5);

/// `failed` requests in a row and a small remaining `allowance` (requests within the hour) make it longer.
fn pause(phase: Option<&Phase>, looks: u32, failed: u32, allowance: Option<u64>) -> Duration {
    let seconds = match phase {
        _ if looks <= QUICK_LOOKS => 1.0,
        Some(Phase::Deploying) => 3.0,
        _ => 5.0,
    };
    let thrift = match allowance {
        Some(0..=100) => 6.0,
        Some(101..=500) => 2.0,
        _ => 1.0,
    };
    let patience = f64::from(1_u32 << failed.min(3));
    Duration::from_secs_f64(seconds * thrift * patience)
}

/// Up to a fifth more or less, so that many jobs with one token do not ask at the same moment.
fn with_jitter(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    pause.mul_f64(0.8 + 0.4 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::{pause, with_jitter};
    use crate::model::rollout::Phase;
    use std::time::Duration;

    #[test]
    fn the_pace_follows_phase_and_rate_limit() {
        let seconds = |phase, looks, failed, allowance| pause(phase, looks, failed, allowance).as_secs();
        assert_eq!(seconds(None, 1, 0, None), 1);
        assert_eq!(seconds(Some(&Phase::Building), 9, 0, Some(4000)), 5);
        assert_eq!(seconds(Some(&Phase::Deploying), 9, 0, Some(4000)), 3);
        assert_eq!(seconds(Some(&Phase::Building), 9, 0, Some(400)), 10);
        assert_eq!(seconds(Some(&Phase::Building), 9, 0, Some(3)), 30);
        assert_eq!(seconds(Some(&Phase::Building), 9, 10, None), 40);
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        for _ in 0..50 {
            let pause = with_jitter(Duration::from_secs(10)).as_millis();
            assert!((8_000..=12_000).contains(&pause), "{pause}");
        }
    }
}
