//! A preview spec that somebody wrote by hand: kept as it is, but built from the pull request, without secrets that have
//! no value, and with what `[preview] env` gives.

use serde_json::Value;

use super::super::component::{self, Kind};
use super::super::env;
use super::super::notation::placeholder;
use super::{Notes, envs, sources};
use crate::model::report::Database;
use crate::model::report::Sleep;
use crate::platforms::plan::{DatabaseChoice, PreviewInput};
use crate::policy::env_values::EnvValues;

pub(super) fn adapt(
    preview: &mut Value,
    input: &PreviewInput<'_>,
    policy: &EnvValues,
    notes: &mut Notes,
) -> (DatabaseChoice, Sleep) {
    sources::follow_head(preview, input, notes);
    let mut placed = Vec::new();
    env::each_list(preview, |_, envs| {
        envs.retain_mut(|env| {
            let key = env::key(env).to_owned();
            if let Some(given) = policy.given.get(&key) {
                env::set(env, &given.value, given.secret);
                placed.push(key);
                return true;
            }
            // Somebody wanted another value than the file's, which this run could not get.
            let is_missing = policy.missing.iter().any(|(missing, _)| *missing == key);
            // A placeholder is no value: the app would take its text for the secret.
            let has_value = env::value(env).is_some_and(|value| placeholder(value).is_none());
            let stays = !is_missing && (!env::is_secret(env) || has_value);
            if !stays {
                notes.leave_out(&key);
            }
            stays
        });
    });
    envs::add(preview, policy, &placed, notes);
    policy.missing.iter().for_each(|(key, _)| notes.leave_out(key));
    (database(preview), sleep(preview))
}

fn database(preview: &Value) -> DatabaseChoice {
    let why = "as the preview spec has it".to_owned();
    let mode = if component::of(preview, Kind::Database).is_empty() {
        None
    } else {
        Some(Database::Development)
    };
    DatabaseChoice { mode, why }
}

/// What the file says about sleeping.
fn sleep(preview: &Value) -> Sleep {
    let components = component::components(preview);
    let after = components
        .iter()
        .find_map(|component| component.sleep().and_then(|sleep| sleep.seconds()));
    match after {
        Some(seconds) => Sleep::After(std::time::Duration::from_secs(seconds)),
        None => Sleep::Never("the preview spec does not let it".to_owned()),
    }
}
