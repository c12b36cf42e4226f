//! The preview's envs: no production secrets, no production stores, and what the policy gives.

use serde_json::Value;

use super::super::component;
use super::super::env;
use super::super::policy::Policy;
use super::super::store::Store;
use super::super::{change, marks};
use super::database::Decision;
use super::{DatabaseMode, Notes};

/// What becomes of one env.
enum Fate {
    Keep,
    Set { value: String, secret: bool },
    Secret,
    Leave { why: &'static str },
}

pub(super) fn apply(preview: &mut Value, decision: &Decision, policy: &Policy, database_url: &str, notes: &mut Notes) {
    let mut given = Vec::new();
    let mut secrets = Vec::new();
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
            match fate(env, decision, policy, database_url) {
                Fate::Keep => true,
                Fate::Set { value, secret } => {
                    if !policy.given.contains_key(&key) {
                        let shown = if decision.database.mode == DatabaseMode::Sqlite {
                            database_url
                        } else {
                            &value
                        };
                        let what = format!("env `{key}` of {owner} is `{shown}`");
                        notes.changes.push(what, "it led to production's database");
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
            format!("left out {}", change::listed(&secrets)),
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

fn fate(env: &Value, decision: &Decision, policy: &Policy, database_url: &str) -> Fate {
    if let Some(given) = policy.given.get(env::key(env)) {
        return Fate::Set {
            value: given.value.clone(),
            secret: given.secret,
        };
    }
    let value = env::value(env).unwrap_or_default();
    let secret = env::is_secret(env);
    match decision.stores.of_env(env) {
        Some(Store::Database { .. }) => match (decision.database.mode, &decision.development) {
            (DatabaseMode::Sqlite, _) => Fate::Set {
                value: database_url.to_owned(),
                secret,
            },
            (DatabaseMode::Dev, Some(development)) => Fate::Set {
                value: development.rebind(if env::is_encrypted(value) { "" } else { value }),
                secret,
            },
            _ => Fate::Leave {
                why: "this preview has no database",
            },
        },
        Some(Store::Other) => Fate::Leave {
            why: "previews never use production's Redis, Valkey or message queue",
        },
        // The policy wants another value than the file's and could not get it.
        None if policy.missing.iter().any(|(key, _)| key == env::key(env)) => Fate::Secret,
        None if secret || env::is_encrypted(value) => Fate::Secret,
        None => Fate::Keep,
    }
}

/// What the policy gives and no list has yet goes to the whole app; so it reaches every component.
fn add(preview: &mut Value, policy: &Policy, placed: &[String], notes: &mut Notes) {
    for (key, given) in &policy.given {
        let verb = if placed.contains(key) { "set" } else { "added" };
        notes
            .changes
            .push(format!("{verb} env `{key}`"), "`[preview] env` in do-deploy.toml");
        if placed.contains(key) {
            continue;
        }
        if let Some(envs) = super::root(preview).and_then(env::list_mut) {
            envs.push(env::new(key, &given.value, given.secret));
        }
    }
}
