//! Follows a deployment to its end, at a pace that suits its phase and the rate limit.

use std::time::Duration;

use super::super::document::component::{self, Kind};
use super::super::words::WORDS;
use super::AppPlatform;
use crate::model::rollout::Phase;
use crate::platforms::app::App;
use crate::platforms::deployment::{Deployment, Rollout};
use crate::platforms::error::{PlatformError, Result};
use crate::wait::{Deadline, random_share};

/// Pause before the first look, and how much longer each further one is while the platform builds. A build takes a
/// minute or more; all runs of an account share 250 requests a minute
/// (<https://docs.digitalocean.com/reference/api/intro/#rate-limit>), so that one of a minute is seen with three looks.
const FIRST_PAUSE: f64 = 20.0;
const LONGER: f64 = 5.0;
const LONGEST_PAUSE: f64 = 30.0;

/// Pause while the platform replaces instances, which takes less long than a build.
const DEPLOYING_PAUSE: f64 = 10.0;

/// A deployment may be unknown for a moment after its creation; after so many looks it is gone.
const MOST_NOT_FOUND: u32 = 5;

/// Pause between two looks for the URL of an app that just went live.
const URL_PAUSE: Duration = Duration::from_secs(2);

impl AppPlatform {
    pub(super) async fn wait(
        &self,
        rollout: &Rollout,
        deadline: Deadline,
        on_change: &mut dyn FnMut(&Deployment),
    ) -> Result<Deployment> {
        let id = match &rollout.deployment {
            Some(id) => id.clone(),
            None => match self.current_deployment(&rollout.app_id).await? {
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
            let phase = shown.as_ref().map(|shown| &shown.phase);
            let pause = with_jitter(pause(phase, looks, failed, self.standing()));
            self.wait.sleep_at_most(pause, deadline.remaining()).await?;
            looks += 1;
            let inconclusive = match self.within(deadline, self.deployment(&rollout.app_id, &id)).await {
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
                // A deployment that stays unknown: the whole app may have been deleted during the wait.
                Err(error) if error.is_not_found() && matches!(self.app(&rollout.app_id).await, Ok(None)) => {
                    return Err(PlatformError::Gone {
                        app: rollout.app_name.clone(),
                    });
                }
                Err(error) if error.is_transient() => {
                    // Kept for the deadline: an API that could not be read is not a platform that is slow.
                    failed += 1;
                    Some(error)
                }
                Err(error) => return Err(error),
            };
            if deadline.is_over() {
                return Err(inconclusive.unwrap_or(PlatformError::Deadline {
                    waited: deadline.total(),
                    words: &WORDS,
                }));
            }
        }
    }

    fn standing(&self) -> Standing {
        Standing {
            allowance: self.client.allowance(),
            crowded: self.has_met_a_limit(),
        }
    }

    /// The deployment that counts now: the one in progress, else the active one.
    pub(super) async fn current_deployment(&self, app_id: &str) -> Result<Option<Deployment>> {
        Ok(self.app(app_id).await?.and_then(|app| app.in_progress.or(app.active)))
    }

    pub(in crate::platforms::app_platform) async fn serving(
        &self,
        app_id: &str,
        deployment_id: &str,
        deadline: Deadline,
    ) -> Result<Option<App>> {
        loop {
            let inconclusive = match self.within(deadline, self.existing(app_id)).await {
                Ok(app) => {
                    if Kind::PUBLIC
                        .into_iter()
                        .all(|kind| component::of(app.document.value(), kind).is_empty())
                    {
                        return Ok(None);
                    }
                    let active = app.active.as_ref();
                    let has_answered = app.url.is_some() || app.url_is_refused;
                    if has_answered && active.is_some_and(|active| active.id == deployment_id) {
                        return Ok(Some(app));
                    }
                    // Ours was live and has been replaced between two looks: it will not become the active one again.
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
                return Err(inconclusive.unwrap_or(PlatformError::Deadline {
                    waited: deadline.total(),
                    words: &WORDS,
                }));
            }
            self.wait.sleep(URL_PAUSE).await?;
        }
    }

    /// Asks, but not beyond the deadline, and not once the run is cancelled.
    pub(super) async fn within<T>(&self, deadline: Deadline, asking: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            answer = asking => answer,
            cancelled = self.wait.cancelled() => Err(cancelled.into()),
            () = self.is_over(deadline) => Err(PlatformError::Deadline {
                waited: deadline.total(),
                words: &WORDS,
            }),
        }
    }

    /// Resolves at the deadline, unless a rate limit stands in the way then: that ends with the run's own time alone.
    async fn is_over(&self, deadline: Deadline) {
        tokio::time::sleep(deadline.remaining().max(LAST_CHANCE)).await;
        if self.client.waits_for_a_limit() {
            std::future::pending::<()>().await;
        }
    }
}

/// Even after the deadline a request that was begun gets this long, so that the last look is a look.
const LAST_CHANCE: Duration = Duration::from_secs(5);

/// How this run stands with the rate limits.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// Requests that are left of the hour's.
    allowance: Option<u64>,
    /// A limit has refused a request: other runs use the same token.
    crowded: bool,
}

/// The pause after so many looks, `failed` requests in a row.
fn pause(phase: Option<&Phase>, looks: u32, failed: u32, standing: Standing) -> Duration {
    let seconds = match phase {
        Some(Phase::Deploying) => DEPLOYING_PAUSE,
        _ => (FIRST_PAUSE + LONGER * f64::from(looks)).min(LONGEST_PAUSE),
    };
    let thrift = match standing.allowance {
        Some(0..=100) => 6.0,
        Some(101..=500) => 2.0,
        _ if standing.crowded => 2.0,
        _ => 1.0,
    };
    let patience = f64::from(1_u32 << failed.min(3));
    Duration::from_secs_f64(seconds * thrift * patience)
}

/// Up to a tenth more or less, so that many runs with one token do not ask at the same moment.
fn with_jitter(pause: Duration) -> Duration {
    pause.mul_f64(0.9 + 0.2 * random_share())
}

#[cfg(test)]
mod tests {
    use super::{Standing, pause, with_jitter};
    use crate::model::rollout::Phase;
    use std::time::Duration;

    #[test]
    fn the_pace_follows_phase_and_rate_limits() {
        let seconds = |phase, looks, failed, standing| pause(phase, looks, failed, standing).as_secs();
        let left = |allowance| Standing {
            allowance: Some(allowance),
            crowded: false,
        };
        let crowded = Standing {
            allowance: Some(4000),
            crowded: true,
        };
        assert_eq!(seconds(None, 0, 0, Standing::default()), 20);
        assert_eq!(seconds(Some(&Phase::Building), 1, 0, left(4000)), 25);
        assert_eq!(seconds(Some(&Phase::Building), 9, 0, left(4000)), 30);
        assert_eq!(seconds(Some(&Phase::Deploying), 9, 0, left(4000)), 10);
        assert_eq!(seconds(Some(&Phase::Building), 9, 0, left(400)), 60);
        assert_eq!(seconds(Some(&Phase::Building), 9, 0, left(3)), 180);
        assert_eq!(seconds(Some(&Phase::Building), 9, 0, crowded), 60);
        assert_eq!(seconds(Some(&Phase::Deploying), 9, 10, Standing::default()), 80);
    }

    #[test]
    fn three_looks_see_a_build_of_a_minute_whatever_the_jitter() {
        let looks: f64 = (0..3)
            .map(|looks| pause(None, looks, 0, Standing::default()).as_secs_f64() * 0.9)
            .sum();
        assert!((65.0..90.0).contains(&looks), "{looks}");
    }

    #[test]
    fn jitter_stays_within_a_tenth() {
        for _ in 0..50 {
            let pause = with_jitter(Duration::from_secs(10)).as_millis();
            assert!((9_000..=11_000).contains(&pause), "{pause}");
        }
    }
}
