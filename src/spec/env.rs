//! Envs of an app spec: lists, secrets, bindable variables, and which of them lead to a database.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::component::{self, Kind, text};

/// The variables of database components that no other component has; for specs that do not declare theirs.
const DATABASE_VARIABLES: [&str; 7] = [
    "DATABASE_URL",
    "JDBC_DATABASE_URL",
    "HOSTNAME",
    "USERNAME",
    "PASSWORD",
    "DATABASE",
    "CA_CERT",
];

/// Hands the app's own list (`None`) and every component's (by name) to `change`, lists that exist only.
pub(super) fn each_list(spec: &mut Value, mut change: impl FnMut(Option<&str>, &mut Vec<Value>)) {
    if let Some(envs) = spec.get_mut("envs").and_then(Value::as_array_mut) {
        change(None, envs);
    }
    component::each(spec, |_, component| {
        let name = component
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if let Some(envs) = component.get_mut("envs").and_then(Value::as_array_mut) {
            change(Some(&name), envs);
        }
    });
}

/// The envs of the app or of a component.
pub(super) fn list(owner: &Value) -> impl Iterator<Item = &Value> {
    owner.get("envs").and_then(Value::as_array).into_iter().flatten()
}

pub(super) fn list_mut(owner: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    let envs = owner.entry("envs").or_insert_with(|| json!([]));
    if envs.is_null() {
        *envs = json!([]);
    }
    envs.as_array_mut()
}

pub(super) fn key(env: &Value) -> &str {
    text(env, "key").unwrap_or_default()
}

/// The value, unless it is missing or empty.
pub(super) fn value(env: &Value) -> Option<&str> {
    text(env, "value")
}

pub(super) fn is_secret(env: &Value) -> bool {
    text(env, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("SECRET"))
}

/// Whether it is the platform's ciphertext, which only the app that it was made for can use.
pub(super) fn is_encrypted(value: &str) -> bool {
    value.trim_start().starts_with("EV[")
}

/// Sets value and type and keeps the scope, which has to reach run time.
pub(super) fn set(env: &mut Value, new: &str, secret: bool) {
    let Some(env) = env.as_object_mut() else { return };
    env.insert("value".to_owned(), json!(new));
    let kind = if secret { "SECRET" } else { "GENERAL" };
    if secret || env.contains_key("type") {
        env.insert("type".to_owned(), json!(kind));
    }
    if env.get("scope").and_then(Value::as_str) == Some("BUILD_TIME") {
        env.insert("scope".to_owned(), json!("RUN_AND_BUILD_TIME"));
    }
}

pub(super) fn new(key: &str, value: &str, secret: bool) -> Value {
    let mut env = json!({ "key": key, "value": value });
    if secret {
        env["type"] = json!("SECRET");
    }
    env
}

/// `${name.VARIABLE}` or `${name.pool.VARIABLE}` in a value: name and the last part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binding<'a> {
    pub(super) component: &'a str,
    pub(super) variable: &'a str,
    /// The whole of it, from `$` to `}`.
    pub(super) whole: &'a str,
}

pub(super) fn bindings(value: &str) -> Vec<Binding<'_>> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let whole = &rest[start..=start + length];
        let inner = &whole[2..whole.len() - 1];
        if let (Some((component, _)), Some((_, variable))) = (inner.split_once('.'), inner.rsplit_once('.')) {
            found.push(Binding {
                component,
                variable,
                whole,
            });
        }
        rest = &rest[start + length + 1..];
    }
    found
}

/// Whether a value has a part that only the platform can fill in.
pub(super) fn is_bound(value: &str) -> bool {
    !bindings(value).is_empty()
        || ["${APP_URL}", "${APP_DOMAIN}", "${APP_ID}"]
            .iter()
            .any(|name| value.contains(name))
}

/// What an env leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// A database that SQLite or a development database can stand in for.
    Database { by: Access },
    /// Redis, Valkey, Kafka, …: previews have no such thing.
    Other,
}

/// How an env speaks of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Url,
    /// Host, port, user, …: no SQLite path can stand there.
    Part,
}

/// The database components of a spec, by name.
pub(super) struct Stores(HashMap<String, bool>);

impl Stores {
    pub(super) fn of(spec: &Value) -> Self {
        let databases = component::of(spec, Kind::Database);
        let is_database = |engine: Option<&str>| !matches!(engine, Some("REDIS" | "VALKEY" | "KAFKA" | "OPENSEARCH"));
        Self(
            databases
                .iter()
                .map(|database| (database.name.to_owned(), is_database(database.text("engine"))))
                .collect(),
        )
    }

    /// What an env leads to, if it is a store at all. The key decides last: a secret has no value to look at.
    pub(super) fn of_env(&self, env: &Value) -> Option<Store> {
        let text = value(env).unwrap_or_default();
        self.of_url(text)
            .or_else(|| self.of_bindings(text))
            .or_else(|| (key(env) == "DATABASE_URL").then_some(Store::Database { by: Access::Url }))
    }

    fn of_url(&self, text: &str) -> Option<Store> {
        let scheme = scheme(text)?;
        if is_database_scheme(&scheme) {
            return Some(Store::Database { by: Access::Url });
        }
        is_other_store(&scheme).then_some(Store::Other)
    }

    fn of_bindings(&self, text: &str) -> Option<Store> {
        let mut found = None;
        for binding in bindings(text) {
            let database = match self.0.get(binding.component) {
                Some(database) => *database,
                None if binding.variable == "REDIS_URL" => false,
                None if binding.component != "_self" && DATABASE_VARIABLES.contains(&binding.variable) => true,
                None => continue,
            };
            if !database {
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
}

/// The part of a URL before `://`, in lower case and without `jdbc:`.
pub(super) fn scheme(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    let (scheme, _) = text.split_once("://")?;
    let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme).to_ascii_lowercase();
    let fits = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    (!scheme.is_empty() && scheme.chars().all(fits)).then_some(scheme)
}

/// Any scheme of a database, with or without driver: `postgresql+psycopg2`, `mysql2`, `mongodb+srv`.
fn is_database_scheme(scheme: &str) -> bool {
    const DATABASES: [&str; 18] = [
        "cockroach",
        "cockroachdb",
        "db2",
        "ecto",
        "libsql",
        "mariadb",
        "mongodb",
        "mssql",
        "mysql",
        "mysql2",
        "oracle",
        "pgsql",
        "postgis",
        "postgres",
        "postgresql",
        "sqlite",
        "sqlite3",
        "sqlserver",
    ];
    let base = scheme.split('+').next().unwrap_or(scheme);
    DATABASES.contains(&base) || scheme == "prisma" || scheme.starts_with("prisma+")
}

/// Other things that hold production's data or work.
fn is_other_store(scheme: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "amqp",
        "amqps",
        "kafka",
        "memcached",
        "nats",
        "redis",
        "rediss",
        "valkey",
        "valkeys",
    ];
    OTHERS.contains(&scheme.split('+').next().unwrap_or(scheme))
}

/// Whether PostgreSQL can answer to an env: its URL, if it has one, is PostgreSQL's.
pub(super) fn speaks_postgresql(scheme: &str) -> bool {
    let base = scheme.split('+').next().unwrap_or(scheme);
    matches!(
        base,
        "postgres" | "postgresql" | "pgsql" | "postgis" | "cockroachdb" | "sqlite" | "sqlite3"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_an_env_leads_to() {
        let spec = json!({"databases": [{"name": "db", "engine": "PG"}, {"name": "cache", "engine": "VALKEY"}]});
        let stores = Stores::of(&spec);
        let url = Some(Store::Database { by: Access::Url });
        let part = Some(Store::Database { by: Access::Part });
        for (key, value, expected) in [
            ("A", "${db.DATABASE_URL}", url),
            ("A", "${db.pool.DATABASE_URL}", url),
            ("A", "${db.pool.HOSTNAME}", part),
            ("A", "x ${db.CA_CERT}", part),
            ("A", "postgresql://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}/x", url),
            ("A", "postgresql+psycopg2://u:p@h/x", url),
            ("A", "mysql2://u:p@h/x", url),
            ("A", "mongodb+srv://u:p@h/x", url),
            ("A", "jdbc:postgresql://h/x", url),
            ("A", "sqlite:///x.db", url),
            ("DATABASE_URL", "", url),
            ("DATABASE_URL", "EV[1:x:y]", url),
            ("A", "${cache.DATABASE_URL}", Some(Store::Other)),
            ("A", "rediss://default:x@h:25061", Some(Store::Other)),
            ("A", "${gone.REDIS_URL}", Some(Store::Other)),
            ("A", "${gone.DATABASE_URL}", url),
            ("A", "${web.PRIVATE_URL}", None),
            ("A", "${APP_URL}", None),
            ("A", "https://example.com", None),
            ("REDIS_URL", "", None),
        ] {
            assert_eq!(stores.of_env(&new(key, value, false)), expected, "{key}={value}");
        }
    }
}
