//! How long an app's deployments usually take, for people who wait for one.

use std::time::Duration;

use super::context::Ctx;
use crate::platform::{App, Deployment};

/// Older ones say less about today's build.
const LATEST: usize = 10;

/// The median of the app's last deployments that went live. `None`: there is none, or they could not be read.
pub(super) async fn duration(ctx: &Ctx, live: Option<&App>) -> Option<Duration> {
    let app = live.filter(|app| app.active.is_some())?;
    let deployments = ctx.platform().ok()?.deployments(&app.id, LATEST).await.ok()?;
    median(&deployments)
}

/// A rollback builds nothing.
fn median(deployments: &[Deployment]) -> Option<Duration> {
    let built = deployments.iter().filter(|it| !it.is_rollback());
    let mut took: Vec<Duration> = built.filter_map(|it| it.took).collect();
    took.sort_unstable();
    let median = took.get(took.len() / 2).copied()?;
    (median >= Duration::from_secs(1)).then_some(median)
}
