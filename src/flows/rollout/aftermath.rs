//! Asks the version that is still live after an update took something that it needs.

use std::time::Duration;

use crate::config::Health;
use crate::flows::context::Ctx;
use crate::flows::failure::cancelled;
use crate::flows::rollout::outside;
use crate::model::aftermath::{Aftermath, Seen};
use crate::model::verdict::CheckResult;
use crate::platforms::{App, HealthState, Platform, PlatformError};

/// Longest wait for a good answer. The version was up before, and the reader of the report knows already that the
/// deployment failed.
const LONGEST: Duration = Duration::from_secs(30);

/// What the active deployment of `app` answers without what it `lost`. `None`: it lost nothing, or nothing is live.
///
/// # Errors
/// Only after a signal: what cannot be asked is said.
pub(crate) async fn look(
    ctx: &Ctx,
    platform: &dyn Platform,
    app: &App,
    lost: Vec<String>,
    health: &Health,
) -> anyhow::Result<Option<Aftermath>> {
    let Some(mut aftermath) = Aftermath::of(lost).filter(|_| app.active.is_some()) else {
        return Ok(None);
    };
    ctx.console.say("Asking the version that is live whether it works");
    aftermath.seen = match ask(ctx, platform, app, health).await {
        Ok(seen) => seen,
        Err(error) if cancelled(&error).is_some() => return Err(error),
        Err(error) => Seen::Unasked(format!("{error:#}")),
    };
    Ok(Some(aftermath))
}

async fn ask(ctx: &Ctx, platform: &dyn Platform, app: &App, health: &Health) -> anyhow::Result<Seen> {
    let document = app.active.as_ref().and_then(|active| active.document.as_ref());
    let document = document.unwrap_or(&app.document);
    if document.facts().offline.is_some() {
        return Ok(Seen::Unasked("it is not meant to serve".to_owned()));
    }
    let limit = LONGEST.min(health.timeout);
    let answered = outside::ask(ctx, app, health, document, &[], limit, &mut Vec::new()).await?;
    let why = match answered.map(|answered| answered.result) {
        Some(CheckResult::Passed) => return Ok(Seen::Good),
        Some(CheckResult::Failed(failure)) => return Ok(Seen::Bad(failure.to_string())),
        Some(CheckResult::Obstructed(failure)) => failure.to_string(),
        Some(CheckResult::Inconclusive(why)) => why,
        Some(CheckResult::NotApplicable) | None => "nothing of it can be asked from outside".to_owned(),
    };
    // The platform's edge answers in the place of an app that has ended.
    let components = match platform.health(&app.id).await {
        Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
        components => components.unwrap_or_default(),
    };
    let unhealthy = components.iter().find(|it| it.state == HealthState::Unhealthy);
    Ok(match unhealthy {
        Some(component) => Seen::Bad(format!("`{}` is unhealthy", component.name)),
        None => Seen::Unasked(why),
    })
}
