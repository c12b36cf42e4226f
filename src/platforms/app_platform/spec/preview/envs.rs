//! The preview's envs: no production secrets, no production stores, and what the policy gives.

use serde_json::Value;

use super::super::datastore::{Access, Store};
use super::super::env;
use super::super::env_values::EnvValues;
use super::super::{component, credentials, hidden, marks, secrets};
use super::Notes;
use super::decision::Decision;
use crate::config::SQLITE_URL;
use crate::model::report::Database;
use crate::policy::datastores::{file, schemes};

use crate::policy::changes::listed;

/// What becomes of one env.
enum Fate {
    Keep,
    /// Part of a store that is a component of the preview, too.
    Own,
    Set {
        value: String,
        secret: bool,
    },
    Secret,
    Leave {
        why: &'static str,
    },
}

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
            let is_known = env::value(env).is_some_and(|value| hidden::holds(&known, value));
            let fate = match fate(env, decision, policy, database_url) {
                Fate::Keep if is_known => Fate::Leave {
                    why: "its value is a secret under another name",
                },
                fate => fate,
            };
            match fate {
                Fate::Keep | Fate::Own => true,
                Fate::Set { value, secret } => {
                    let old = env::value(env).unwrap_or_default();
                    let is_same_file = file::file(old).is_some() && old == value;
                    if !policy.given.contains_key(&key) && !is_same_file {
                        let what = format!("env `{key}` of {owner} is `{value}`");
                        let why = match file::file(old) {
                            Some(_) if file::file(&value).is_none() => "previews use a development database",
                            Some(_) => "every instance can write there",
                            None => "it led to production's database",
                        };
                        notes.changes.push(what, why);
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

fn fate(env: &Value, decision: &Decision, policy: &EnvValues, database_url: &str) -> Fate {
    if let Some(given) = policy.given.get(env::key(env)) {
        return Fate::Set {
            value: given.value.clone(),
            secret: given.secret,
        };
    }
    let value = env::value(env).unwrap_or_default();
    let secret = env::is_secret(env);
    let is_missing = policy.missing.iter().any(|(key, _)| key == env::key(env));
    if decision.stores.is_of_own(env) && !is_missing {
        return Fate::Own;
    }
    match decision.stores.of_env(env) {
        Some(Store::Database { by }) => match (decision.database.mode, &decision.development) {
            (Some(Database::Sqlite), _) if by == Access::Part => Fate::Leave {
                why: "SQLite is a file: it has no host, user or password",
            },
            (Some(Database::Sqlite), _) => Fate::Set {
                value: sqlite_url(env::key(env), value, database_url),
                // A file of the preview's own, which the comment names. As a SECRET it would be hidden in every log.
                secret: false,
            },
            (Some(Database::Development), Some(development)) => Fate::Set {
                value: development.rebind(&decision.stores, env, by),
                secret,
            },
            _ => Fate::Leave {
                why: "this preview has no database",
            },
        },
        Some(Store::Other) => Fate::Leave {
            why: "previews never use production's caches, queues and other stores",
        },
        // The policy wants another value than the file's and could not get it.
        None if is_missing => Fate::Secret,
        None if secret || env::is_encrypted(value) => Fate::Secret,
        None if credentials::is_plain(env::key(env), value) => Fate::Leave {
            why: "it looks like a credential, which `[preview] env` in do-deploy.toml can allow",
        },
        None => Fate::Keep,
    }
}

/// The path as the env's driver writes it: `jdbc:sqlite:/tmp/preview.db` for Java. What names a file already keeps its
/// form, and its path where it can be written.
/// <https://github.com/xerial/sqlite-jdbc#usage>
fn sqlite_url(key: &str, value: &str, database_url: &str) -> String {
    let is_java = value.starts_with("jdbc:") || ["JDBC_", "SPRING_DATASOURCE_"].iter().any(|it| key.starts_with(it));
    let Some(path) = database_url.strip_prefix("sqlite:///") else {
        return database_url.to_owned();
    };
    match file::file(value) {
        Some(file) if file.is_writable() && !file.is_locked() && database_url == SQLITE_URL => value.to_owned(),
        Some(file) => file.at(path),
        None if is_java => format!("jdbc:sqlite:{path}"),
        None => format!("{}:///{path}", schemes::of_sqlite(value)),
    }
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
