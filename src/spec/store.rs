//! Which envs lead to a database, and which to another store of production's.

use std::collections::HashMap;

use serde_json::Value;

use super::component::{self, Kind};
use super::env;

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
        let text = env::value(env).unwrap_or_default();
        self.of_url(text)
            .or_else(|| self.of_bindings(text))
            .or_else(|| (env::key(env) == "DATABASE_URL").then_some(Store::Database { by: Access::Url }))
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
        for binding in env::bindings(text) {
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
    use serde_json::json;

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
            assert_eq!(stores.of_env(&env::new(key, value, false)), expected, "{key}={value}");
        }
    }
}
