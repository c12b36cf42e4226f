//! Scale to zero for what can be woken by a request.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;

use super::super::component::{self, Kind};
use super::super::health::is_public;
use super::Notes;
use crate::config::SleepAfter;
use crate::model::failure::Failure;
use crate::model::report::Sleep;
use crate::platforms::plan::PreviewInput;

const HOUR: Duration = Duration::from_secs(3_600);

/// As long as the platform allows: who comes back the next morning finds what they left.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `inactivity_sleep`
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What the API takes as `after_seconds`. <https://github.com/digitalocean/godo/blob/main/apps.gen.go>
const LENGTHS: RangeInclusive<Duration> = Duration::from_secs(600)..=DAY;

/// # Errors
/// Where `[preview] sleep` is a duration that the platform does not have.
pub(super) fn apply(
    preview: &mut Value,
    input: &PreviewInput<'_>,
    has_sqlite: bool,
    notes: &mut Notes,
) -> Result<Sleep, Failure> {
    let app = preview.clone();
    let services = component::of(&app, Kind::Service);
    let never = |why: &str| Sleep::Never(why.to_owned());
    let wanted = match &input.policy.sleep {
        SleepAfter::Never => None,
        SleepAfter::Auto if has_sqlite => Some(DAY),
        SleepAfter::Auto => Some(HOUR),
        SleepAfter::Duration(wished) if LENGTHS.contains(&wished.after) => Some(wished.after),
        SleepAfter::Duration(wished) => return Err(wished.refused("a duration from `10m` to `24h`")),
    };
    let (after, sleep) = match wanted {
        None => (None, never("switched off in do-deploy.toml")),
        Some(_) if !services.iter().any(|service| is_public(&app, service)) => {
            (None, never("it has no service that a request could wake"))
        }
        Some(after) => (Some(after), Sleep::After(after)),
    };
    component::each(preview, |mut component| {
        if component.kind != Kind::Service {
            return;
        }
        let public = is_public(&app, &component.read());
        match after.filter(|_| public) {
            Some(after) => component.sleep_after(after.as_secs()),
            None => component.stay_awake(),
        }
    });
    if after.is_some() {
        let why = match input.policy.sleep {
            SleepAfter::Auto if has_sqlite => {
                "after a day, because a wake starts with a fresh disk; `sleep = \"1h\"` saves up to $0.16 a day"
            }
            SleepAfter::Auto => "after an hour; a wake starts with a fresh disk",
            _ => "`[preview] sleep` in do-deploy.toml; a wake starts with a fresh disk",
        };
        notes.changes.push("sleeps when unused", why);
        awake(&app, notes);
    }
    Ok(sleep)
}

/// What keeps running, and costing, while the services sleep.
fn awake(app: &Value, notes: &mut Notes) {
    let components = component::components(app);
    let stays = components.iter().filter(|it| match it.kind {
        Kind::Worker => true,
        Kind::Service => !is_public(app, it),
        _ => false,
    });
    let names: Vec<&str> = stays.map(|it| it.name).collect();
    if !names.is_empty() {
        let names = super::listed(&names);
        notes.warnings.push(format!(
            "always awake: {names}, because no request from outside would wake it"
        ));
    }
}
