//! Which envs lead to a database, and which to another store of production's.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::component::{self, Kind};
use super::{credentials, env, pieces};
use crate::policy::datastores::hosts::managed;
use crate::policy::datastores::role::Role;
use crate::policy::datastores::schemes::{connection, scheme};
use crate::policy::datastores::{Holds, keys, schemes};
mod engine;
mod inside;
mod own;
mod reach;

pub(super) use engine::other_engine;
pub(super) use inside::in_command;

/// The variables of database components that no other component has; for specs that do not declare theirs.
/// <https://docs.digitalocean.com/products/app-platform/how-to/use-environment-variables/>
const DATABASE_VARIABLES: [&str; 7] = [
    "DATABASE_URL",
    "JDBC_DATABASE_URL",
    "HOSTNAME",
    "USERNAME",
    "PASSWORD",
    "DATABASE",
    "CA_CERT",
];

/// Where databases listen, pools and managed clusters included.
const DATABASE_PORTS: [&str; 10] = [
    "5432", "5433", "6432", "6543", "25060", "25061", "3306", "1433", "1521", "26257",
];

/// Where Redis, RabbitMQ, Kafka, MongoDB and Memcached listen.
const OTHER_PORTS: [&str; 7] = ["6379", "6380", "5671", "5672", "9092", "27017", "11211"];

/// Services whose host, user and password have nothing to do with data.
const OTHER_SERVICES: [&str; 14] = [
    "SMTP", "MAIL", "MAILER", "EMAIL", "IMAP", "POP3", "FTP", "SFTP", "SSH", "LDAP", "PROXY", "HTTP", "HTTPS", "SIP",
];

/// What an env leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// A database that SQLite or a development database can stand in for.
    Database { by: Access },
    /// Redis, Valkey, Kafka, MongoDB, …: previews have no such thing.
    Other,
}

/// How an env speaks of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
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

/// The stores of a spec: its database components, and what the names of its envs have in common.
#[derive(Default)]
pub(super) struct Stores {
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
    pub(super) fn of(spec: &Value) -> Self {
        let mut stores = Self::default();
        for component in component::components(spec) {
            if component.kind == Kind::Database {
                let holds = match component.text("engine") {
                    Some("REDIS" | "VALKEY" | "KAFKA" | "OPENSEARCH" | "MONGODB") => Holds::Other,
                    _ => Holds::Database,
                };
                stores.databases.insert(component.name.to_owned(), holds);
            } else {
                stores.own.insert(component.name.to_ascii_lowercase());
            }
        }
        stores.learn_own(spec);
        let components = component::components(spec);
        let lists = || std::iter::once(spec).chain(components.iter().map(|component| component.value));
        let envs: Vec<&Value> = lists().flat_map(env::list).collect();
        stores.learn_local(&envs);
        for it in &envs {
            stores.learn_place(it);
        }
        for owner in lists() {
            let own: Vec<&Value> = env::list(owner).collect();
            stores.learn_unnamed(&own);
        }
        stores
    }

    fn learn_local(&mut self, envs: &[&Value]) {
        let (mut hosts, mut elsewhere) = (HashSet::new(), HashSet::new());
        for it in envs {
            let Some(meaning) = keys::meaning(env::key(it)) else {
                continue;
            };
            let value = env::value(it).unwrap_or_default();
            match meaning.role {
                Role::Host if self.is_local(value) => hosts.insert(meaning.prefix),
                Role::Host if env::is_secret(it) || !value.is_empty() => elsewhere.insert(meaning.prefix),
                Role::Driver if value.to_ascii_lowercase().contains("sqlite") => self.local.insert(meaning.prefix),
                _ => false,
            };
        }
        // One component's `DB_HOST` says nothing about another's.
        self.local.extend(hosts.difference(&elsewhere).cloned());
    }

    fn learn_place(&mut self, it: &Value) {
        let value = env::value(it).unwrap_or_default();
        if (value.is_empty() && !env::is_secret(it)) || self.is_dummy(it) {
            return;
        }
        match keys::meaning(env::key(it)) {
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

    fn learn_unnamed(&mut self, envs: &[&Value]) {
        for it in envs {
            let Some(prefix) = ["_HOST", "_HOSTNAME", "_SERVER", "_ADDRESS"]
                .iter()
                .find_map(|end| env::key(it).strip_suffix(end))
            else {
                continue;
            };
            let value = env::value(it).unwrap_or_default();
            let is_other = prefix.split('_').any(|word| OTHER_SERVICES.contains(&word));
            if value.is_empty() || self.is_local(value) || is_other || keys::meaning(env::key(it)).is_some() {
                continue;
            }
            let has = |ends: &[&str]| {
                let is = |env: &&&Value| ends.iter().any(|end| env::key(env) == format!("{prefix}_{end}"));
                envs.iter().find(is).map(|env| env::value(env).unwrap_or_default())
            };
            let port = has(&["PORT"]).is_some_and(|port| DATABASE_PORTS.contains(&port));
            let name = has(&["DB", "DATABASE", "DBNAME", "DB_NAME"]).is_some();
            if has(&["USER", "USERNAME"]).is_some() && has(&["PASSWORD", "PASS", "PWD"]).is_some() && (port || name) {
                self.unnamed.insert(prefix.to_owned());
                self.has_database = true;
            }
        }
    }

    /// What an env leads to, if it is a store at all. The key decides last: a secret has no value to look at.
    pub(super) fn of_env(&self, env: &Value) -> Option<Store> {
        let text = env::value(env).unwrap_or_default();
        if self.is_of_own(env) || self.is_dummy(env) {
            return None;
        }
        self.of_value(text)
            .or_else(|| self.of_key(env::key(env), text, env::is_secret(env)))
    }

    /// What a part of a database's address says, if the env is one.
    pub(super) fn role(&self, key: &str) -> Option<Role> {
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
            .or_else(|| self.of_bindings(text))
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

    fn of_bindings(&self, text: &str) -> Option<Store> {
        let mut found = None;
        for binding in env::bindings(text) {
            let holds = match self.databases.get(binding.component) {
                Some(holds) => *holds,
                None if binding.variable == "REDIS_URL" => Holds::Other,
                None if binding.component != "_self" && DATABASE_VARIABLES.contains(&binding.variable) => {
                    Holds::Database
                }
                None => continue,
            };
            if holds == Holds::Other {
                return Some(Store::Other);
            }
            let by = if binding.variable.ends_with("DATABASE_URL") {
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
                is_place(text, &meaning).then_some(Store::Database { by: Access::Url })
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
        let bindings = env::bindings(host);
        if bindings.is_empty() {
            return is_own(host);
        }
        let rest = bindings
            .iter()
            .fold(host.to_owned(), |rest, it| rest.replace(it.whole, ""));
        rest.trim_matches(':').is_empty() && bindings.iter().all(|binding| is_own(binding.component))
    }
}

/// The first `host:port` of `tcp://host:port`, `host:port,host:port`, `host:port/name`, `user/password@host:port/name`.
fn endpoint(text: &str) -> &str {
    let text = text.strip_prefix("tcp://").unwrap_or(text);
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    text.split([',', '/']).next().unwrap_or_default()
}

/// What listens on the port of `host.example:25060`.
fn port_of_store(text: &str) -> Option<Holds> {
    let (host, port) = text.rsplit_once(':')?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if !host.contains('.') || !host.chars().all(is_host) {
        return None;
    }
    let is_other = OTHER_PORTS.contains(&port).then_some(Holds::Other);
    DATABASE_PORTS.contains(&port).then_some(Holds::Database).or(is_other)
}

/// Whether an env chooses the driver of a database, such as `DB_CONNECTION`.
pub(super) fn is_driver(key: &str) -> bool {
    keys::meaning(key).is_some_and(|meaning| meaning.holds == Holds::Database && meaning.role == Role::Driver)
}

/// The host of `host`, `host:port`, `//user@host/…`.
fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => rest,
    }
}

/// Whether a value can be the URL or host that its name promises: no switch, number, file or page.
fn is_place(text: &str, meaning: &keys::Meaning) -> bool {
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

#[cfg(test)]
mod tests;
