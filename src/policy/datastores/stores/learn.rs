//! What the envs of an app say about its stores together, which none of them says alone.

use std::collections::HashSet;

use super::{Holds, OTHER_SERVICES, Role, Store, Stores, keys};
use crate::policy::datastores::address::DATABASE_PORTS;
use crate::policy::env::{Env, EnvSet};

impl Stores {
    pub(super) fn learn(&mut self, app: &EnvSet<'_>) {
        self.learn_own(app);
        let envs: Vec<&Env<'_>> = app.envs().collect();
        self.learn_local(&envs);
        for it in &envs {
            self.learn_place(it);
        }
        for owner in &app.owners {
            self.learn_unnamed(&owner.envs);
        }
    }

    fn learn_local(&mut self, envs: &[&Env<'_>]) {
        let (mut hosts, mut elsewhere) = (HashSet::new(), HashSet::new());
        for it in envs {
            let Some(meaning) = keys::meaning(it.key) else {
                continue;
            };
            let value = it.value;
            match meaning.role {
                Role::Host if self.is_local(value) => hosts.insert(meaning.prefix),
                Role::Host if it.is_secret || !value.is_empty() => elsewhere.insert(meaning.prefix),
                Role::Driver if value.to_ascii_lowercase().contains("sqlite") => self.local.insert(meaning.prefix),
                _ => false,
            };
        }
        // One component's `DB_HOST` says nothing about another's.
        self.local.extend(hosts.difference(&elsewhere).cloned());
    }

    fn learn_place(&mut self, it: &Env<'_>) {
        let value = it.value;
        if (value.is_empty() && !it.is_secret) || self.is_dummy(it) {
            return;
        }
        match keys::meaning(it.key) {
            Some(meaning)
                if matches!(meaning.role, Role::Url | Role::Host) && !self.local.contains(&meaning.prefix) =>
            {
                match meaning.holds {
                    Holds::Database => self.has_database |= is_place(value, &meaning),
                    Holds::Other => {
                        if is_place(value, &meaning) && !self.is_local(value) {
                            self.others.insert(meaning.prefix);
                        }
                    }
                }
            }
            _ => {}
        }
        self.has_database |= matches!(self.of_value(value), Some(Store::Database { .. }));
    }

    fn learn_unnamed(&mut self, envs: &[Env<'_>]) {
        for it in envs {
            let Some(prefix) = ["_HOST", "_HOSTNAME", "_SERVER", "_ADDRESS"]
                .iter()
                .find_map(|end| it.key.strip_suffix(end))
            else {
                continue;
            };
            let value = it.value;
            let is_other = prefix.split('_').any(|word| OTHER_SERVICES.contains(&word));
            if value.is_empty() || self.is_local(value) || is_other || keys::meaning(it.key).is_some() {
                continue;
            }
            let has = |ends: &[&str]| {
                let is = |env: &&Env<'_>| ends.iter().any(|end| env.key == format!("{prefix}_{end}"));
                envs.iter().find(is).map(|env| env.value)
            };
            let port = has(&["PORT"]).is_some_and(|port| DATABASE_PORTS.contains(&port));
            let name = has(&["DB", "DATABASE", "DBNAME", "DB_NAME"]).is_some();
            if has(&["USER", "USERNAME"]).is_some() && has(&["PASSWORD", "PASS", "PWD"]).is_some() && (port || name) {
                self.unnamed.insert(prefix.to_owned());
                self.has_database = true;
            }
        }
    }
}

/// Whether a value can be the URL or host that its name promises: no switch, number, file or page.
pub(super) fn is_place(text: &str, meaning: &keys::Meaning) -> bool {
    let is_page = text.starts_with("http://") || text.starts_with("https://");
    let is_file = text.starts_with("file:") || text.contains("memory://") || text.starts_with(['/', '.']);
    let is_word = ["true", "false", "yes", "no", "on", "off", "none"].contains(&text.to_ascii_lowercase().as_str());
    if text.is_empty() {
        return true;
    }
    if is_file || is_word || text.chars().all(|c| c.is_ascii_digit()) || (is_page && meaning.holds == Holds::Database) {
        return false;
    }
    meaning.role != Role::Url || text.contains([':', '@', '=', '.', '$'])
}
