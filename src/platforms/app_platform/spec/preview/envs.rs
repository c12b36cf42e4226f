//! The preview's envs: no production secrets, no production stores, and what the policy gives.

use serde_json::Value;

use super::super::notation::APP_SPEC;
use super::super::{component, env, env_set, marks, secrets};
use super::Notes;
use super::decision::Decision;
use crate::policy::changes::listed;
use crate::policy::datastores::stores::Access;
use crate::policy::env::Env;
use crate::policy::env_values::EnvValues;
use crate::policy::preview_env::{Fate, Rules, why_rebound};

pub(super) fn apply(
    preview: &mut Value,
    decision: &Decision,
    policy: &EnvValues,
    database_url: &str,
    notes: &mut Notes,
) {
    let mut given = Vec::new();
    let mut secrets = Vec::new();
    let known = secrets::known_from(preview);
    let development = decision.development.as_ref();
    let rebind = |env: &Env<'_>, by: Access| match development {
        Some(development) => development.rebind(&decision.stores, env, by),
        None => env.value.to_owned(),
    };
    let rules = Rules {
        stores: &decision.stores,
        policy,
        database: decision.database.mode,
        database_url,
        rebind: development.is_some().then_some(&rebind),
        known: &known,
        notation: APP_SPEC,
    };
    env::each_list(preview, |component, envs| {
        let owner = component.map_or_else(|| "the app".to_owned(), |name| format!("`{name}`"));
        envs.retain_mut(|env| {
            let key = env::key(env).to_owned();
            if marks::is_mark(&key) {
                return false;
            }
            if policy.given.contains_key(&key) && !given.contains(&key) {
                given.push(key.clone());
            }
            match rules.fate(&env_set::env(env)) {
                Fate::Keep => true,
                Fate::Set { value, secret } => {
                    let old = env::value(env).unwrap_or_default();
                    let why = why_rebound(old, &value).filter(|_| !policy.given.contains_key(&key));
                    if let Some(why) = why {
                        notes.changes.push(format!("env `{key}` of {owner} is `{value}`"), why);
                    }
                    env::set(env, &value, secret);
                    true
                }
                Fate::Secret => {
                    secrets.push(key);
                    false
                }
                Fate::Leave { why } => {
                    notes.leave_out(&key);
                    notes.changes.push(format!("left out env `{key}` of {owner}"), why);
                    false
                }
            }
        });
    });
    secrets.sort();
    secrets.dedup();
    if !secrets.is_empty() {
        notes.changes.push(
            format!("left out {}", listed(&secrets)),
            "previews never get production's secrets",
        );
    }
    secrets.iter().for_each(|key| notes.leave_out(key));
    add(preview, policy, &given, notes);
    let present = |key: &str| preview_has(preview, key);
    let absent = policy.missing.iter().filter(|(key, _)| !present(key));
    absent.for_each(|(key, _)| notes.leave_out(key));
}

/// Whether any list still has the key.
fn preview_has(preview: &Value, key: &str) -> bool {
    let components = component::components(preview);
    let owners = std::iter::once(preview).chain(components.iter().map(|component| component.value));
    owners.flat_map(env::list).any(|env| env::key(env) == key)
}

/// What the policy gives and no list has yet goes to the whole app; so it reaches every component.
pub(super) fn add(preview: &mut Value, policy: &EnvValues, placed: &[String], notes: &mut Notes) {
    for (key, given) in &policy.given {
        let verb = if placed.contains(key) { "set" } else { "added" };
        notes
            .changes
            .push(format!("{verb} env `{key}`"), "`[preview] env` in do-deploy.toml");
        if placed.contains(key) {
            continue;
        }
        if let Some(envs) = env::list_mut(preview) {
            envs.push(env::new(key, &given.value, given.secret));
        }
    }
}
