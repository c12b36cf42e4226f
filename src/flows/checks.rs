//! What is asked of an app from outside: the configured path and checks, else the spec's health check, else a guess.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use url::Url;

use super::context::Ctx;
use crate::config::Health;
use crate::health::{Expect, HealthVerdict, Prober, Target, watch};
use crate::model::verdict::Testimony;
use crate::wait::{Cancelled, Deadline, humanize};

/// One good answer may be luck, or the last of the version before.
const SUCCESSES_IN_A_ROW: u32 = 3;

/// What platforms' own health checks take for good.
const HEALTHY: std::ops::RangeInclusive<u16> = 200..=399;

/// How often whoever reads the log is told that this is still waiting.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Checks {
    pub(super) targets: Vec<Target>,
    /// Somebody said what a good answer is; else it is guessed.
    pub(super) configured: bool,
}

impl Checks {
    /// # Errors
    /// When `url` is none.
    pub(super) fn of(url: &str, health: &Health, spec: &Value) -> anyhow::Result<Self> {
        let base = Url::parse(url).with_context(|| format!("the platform's URL `{url}` is none"))?;
        let path = Some(health.path.as_str())
            .filter(|path| !path.is_empty())
            .or_else(|| crate::spec::health_path(spec));
        let first = match path {
            Some(path) => Target::at(&base, path, Expect::Range(HEALTHY)),
            None => Target::at(&base, "/", Expect::Below500),
        };
        let further = health
            .checks
            .iter()
            .map(|check| Target::at(&base, &check.path, Expect::Status(check.status)));
        let targets = [first].into_iter().chain(further).map(Target::that_may_sleep).collect();
        Ok(Self {
            targets,
            configured: path.is_some() || !health.checks.is_empty(),
        })
    }

    /// Asks until everything answers well several times in a row, or the time is over.
    pub(super) async fn ask(&self, ctx: &Ctx, deadline: Deadline) -> anyhow::Result<Testimony> {
        let prober = Prober::new()?;
        let mut say =
            |target: &Target, seen: &crate::health::Observation| ctx.console.say(&format!("{}: {seen}", target.url));
        let watching = watch(
            &prober,
            &self.targets,
            deadline,
            &ctx.wait,
            SUCCESSES_IN_A_ROW,
            &mut say,
        );
        let watched: Result<HealthVerdict, Cancelled> = tokio::select! {
            watched = watching => watched,
            cancelled = signs_of_life(ctx, deadline) => Err(cancelled),
        };
        Ok(match watched? {
            HealthVerdict::Good => Testimony::Good,
            verdict @ HealthVerdict::Bad { .. } => verdict.failure().map_or(Testimony::Good, Testimony::Objects),
            verdict @ HealthVerdict::Unknown { .. } => {
                Testimony::Unheard(verdict.failure().map(|failure| failure.to_string()).unwrap_or_default())
            }
        })
    }
}

/// Says now and then how long this has been waiting, until it is told to stop.
async fn signs_of_life(ctx: &Ctx, deadline: Deadline) -> Cancelled {
    let total = deadline.total();
    loop {
        if let Err(cancelled) = ctx.wait.sleep(SIGN_OF_LIFE).await {
            return cancelled;
        }
        let waited = total.saturating_sub(deadline.remaining());
        ctx.console.say(&format!(
            "Still waiting for good answers: {} of at most {}",
            humanize(waited),
            humanize(total)
        ));
    }
}
