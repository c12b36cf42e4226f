//! Which envs lead to a database, and which to another store of production's.

use std::collections::{HashMap, HashSet};

use super::address::{endpoint, host, port_of_store};
use super::hosts::managed;
use super::role::Role;
use super::schemes::{connection, scheme};
use super::{Holds, keys, schemes};
use crate::policy::env::notation::Notation;
use crate::policy::env::{Env, EnvSet};
use crate::policy::pieces;

mod inside;
mod learn;
mod own;
mod reach;

pub(crate) use inside::in_command;

/// Services whose host, user and password have nothing to do with data.
const OTHER_SERVICES: [&str; 14] = [
    "SMTP", "MAIL", "MAILER", "EMAIL", "IMAP", "POP3", "FTP", "SFTP", "SSH", "LDAP", "PROXY", "HTTP", "HTTPS", "SIP",
];

/// What an env leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// A database that SQLite or a development database can stand in for.
    Database { by: Access },
    /// Redis, Valkey, Kafka, MongoDB, …: previews have no such thing.
    Other,
}

/// How an env speaks of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Url,
    /// Host, port, user, …: no SQLite path can stand there.
    Part,
}

/// The store of what a host, a scheme or a name stands for.
fn store(holds: Holds, by: Access) -> Store {
    match holds {
        Holds::Database => Store::Database { by },
        Holds::Other => Store::Other,
    }
}

/// The stores of an app: its database components, and what the names of its envs have in common.
pub(crate) struct Stores {
    notation: &'static dyn Notation,
    databases: HashMap<String, Holds>,
    /// Components that a preview has, too: what they offer is not production's.
    own: HashSet<String>,
    /// Those of them that are stores: an env leads to them.
    own_stores: HashSet<String>,
    /// `DB` of a `DB_HOST` that is such a component, unless there is another one.
    own_prefixes: HashSet<String>,
    /// Keys and values of what such a component is set up with.
    own_settings: HashSet<(String, String)>,
    /// Some env says where a database is.
    has_database: bool,
    /// `REDIS` of a `REDIS_HOST` that leads out of the app.
    others: HashSet<String>,
    /// Prefixes of hosts that are in the app, and of databases that are files.
    local: HashSet<String>,
    /// `WAREHOUSE` of a `WAREHOUSE_HOST` that has a user, a password and the port of a database beside it.
    unnamed: HashSet<String>,
}

impl Stores {
    /// Those of an app of which nothing is known but the way its values are written.
    pub(crate) fn unknown(notation: &'static dyn Notation) -> Self {
        Self {
            notation,
            databases: HashMap::new(),
            own: HashSet::new(),
            own_stores: HashSet::new(),
            own_prefixes: HashSet::new(),
            own_settings: HashSet::new(),
            has_database: false,
            others: HashSet::new(),
            local: HashSet::new(),
            unnamed: HashSet::new(),
        }
    }

    pub(crate) fn of(app: &EnvSet<'_>, notation: &'static dyn Notation) -> Self {
        let mut stores = Self::unknown(notation);
        for (name, component) in app.components() {
            if let Some(holds) = component.database {
                stores.databases.insert(name.to_owned(), holds);
            } else {
                stores.own.insert(name.to_ascii_lowercase());
            }
        }
        stores.learn(app);
        stores
    }

    /// What an env leads to, if it is a store at all. The key decides last: a secret has no value to look at.
    pub(crate) fn of_env(&self, env: &Env<'_>) -> Option<Store> {
        if self.is_of_own(env) || self.is_dummy(env) {
            return None;
        }
        self.of_value(env.value)
            .or_else(|| self.of_key(env.key, env.value, env.is_secret))
    }

    /// What a part of a database's address says, if the env is one.
    pub(crate) fn role(&self, key: &str) -> Option<Role> {
        keys::meaning(key).map(|meaning| meaning.role).or_else(|| {
            let (prefix, last) = key.rsplit_once('_')?;
            let prefix = prefix.strip_suffix("_DB").unwrap_or(prefix);
            self.unnamed
                .contains(prefix)
                .then(|| keys::meaning(&format!("DB_{last}")))?
                .map(|meaning| meaning.role)
        })
    }

    fn of_value(&self, text: &str) -> Option<Store> {
        self.of_url(text)
            .or_else(|| self.of_references(text))
            .or_else(|| connection(text).map(|_| Store::Database { by: Access::Url }))
            .or_else(|| self.of_host(text))
            .or_else(|| self.of_port(text))
            .or_else(|| self.of_pieces(text))
    }

    /// `host.example:25060`: where nothing else than a store listens. With another host behind it, or a name.
    fn of_port(&self, text: &str) -> Option<Store> {
        let first = endpoint(text);
        let holds = port_of_store(first).filter(|_| !self.is_local(first))?;
        Some(store(holds, if first == text { Access::Part } else { Access::Url }))
    }

    /// A store that a document, a list of flags or a file of settings leads to: there is no substitute.
    fn of_pieces(&self, text: &str) -> Option<Store> {
        self.inside(&pieces::of_value(text)).map(|_| Store::Other)
    }

    fn of_url(&self, text: &str) -> Option<Store> {
        let holds = schemes::holds(&scheme(text)?)?;
        let is_here = match holds {
            // Nothing of the kind runs beside the app, so that it stands for a database all the same.
            Holds::Database => self.is_own(text),
            Holds::Other => self.is_local(text),
        };
        (!is_here).then(|| store(holds, Access::Url))
    }

    /// A managed service's host, by itself or in something longer.
    fn of_host(&self, text: &str) -> Option<Store> {
        let found = managed(text)?;
        // An API in front of the data, or a document with more in it: there is no substitute.
        if text.contains("://") || text.starts_with(['{', '[']) || text.contains('\n') {
            return Some(Store::Other);
        }
        let alone = text.len() <= found.host.len() + ":65535".len();
        Some(store(found.holds, if alone { Access::Part } else { Access::Url }))
    }

    fn of_references(&self, text: &str) -> Option<Store> {
        let mut found = None;
        for reference in self.notation.references(text) {
            let declared = self.databases.get(reference.component).copied();
            let Some(holds) = declared.or_else(|| self.notation.undeclared(&reference)) else {
                continue;
            };
            if holds == Holds::Other {
                return Some(Store::Other);
            }
            let by = if reference.variable.ends_with("DATABASE_URL") {
                Access::Url
            } else {
                Access::Part
            };
            if found.is_none() || by == Access::Url {
                found = Some(Store::Database { by });
            }
        }
        found
    }

    fn of_key(&self, key: &str, text: &str, secret: bool) -> Option<Store> {
        if key == "DATABASE_URL" {
            return Some(Store::Database { by: Access::Url });
        }
        if text.is_empty() && !secret {
            return None;
        }
        let Some(meaning) = keys::meaning(key) else {
            if inside::is_bare(key, text) && !self.is_local(text) {
                return Some(Store::Other);
            }
            return self.role(key).map(|_| Store::Database { by: Access::Part });
        };
        if meaning.role == Role::Driver || self.local.contains(&meaning.prefix) {
            return None;
        }
        match meaning.holds {
            Holds::Database if meaning.role == Role::Url => {
                learn::is_place(text, &meaning).then_some(Store::Database { by: Access::Url })
            }
            Holds::Database => self.has_database.then_some(Store::Database { by: Access::Part }),
            // A placeholder leads nowhere yet, and a secret without a value is left out as one.
            Holds::Other if text.is_empty() || text.contains("${") => None,
            Holds::Other => self.others.contains(&meaning.prefix).then_some(Store::Other),
        }
    }

    /// Whether a host, or a URL's, is this machine or a component of the app.
    fn is_local(&self, text: &str) -> bool {
        let host = host(text).to_ascii_lowercase();
        ["localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]"].contains(&host.as_str()) || self.is_own(text)
    }

    fn is_own(&self, text: &str) -> bool {
        let is_own = |name: &str| self.own.contains(&name.to_ascii_lowercase());
        // libpq takes the host of a URL's options before the URL's own.
        if text.to_ascii_lowercase().contains("host=") || text.to_ascii_lowercase().contains("hostaddr=") {
            return false;
        }
        let host = host(text);
        let references = self.notation.references(host);
        if references.is_empty() {
            return is_own(host);
        }
        let rest = references
            .iter()
            .fold(host.to_owned(), |rest, it| rest.replace(it.whole, ""));
        rest.trim_matches(':').is_empty() && references.iter().all(|it| is_own(it.component))
    }
}

#[cfg(test)]
mod tests;
