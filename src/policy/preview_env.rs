//! What becomes of one of production's envs in a preview: no secrets, no stores of production's, and what the policy gives.

use super::credentials;
use super::datastores::stores::{Access, Store, Stores};
use super::datastores::{file, schemes};
use super::env::Env;
use super::env::notation::Notation;
use super::env_values::EnvValues;
use super::hidden;
use crate::config::SQLITE_URL;
use crate::model::report::Database;
use crate::redact::Redactor;

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Keep,
    Set {
        value: String,
        secret: bool,
    },
    /// A secret of production's, or what the policy wanted to give and could not.
    Secret,
    Leave {
        why: &'static str,
    },
}

/// What an env becomes that led to production's database, where the preview has one of its own on a server.
pub(crate) type Rebind<'a> = &'a dyn Fn(&Env<'_>, Access) -> String;

/// What there is to know about the preview.
pub(crate) struct Rules<'a> {
    pub(crate) stores: &'a Stores,
    /// What `[preview] env` gives.
    pub(crate) policy: &'a EnvValues,
    /// Where it keeps its data. `None`: it has none.
    pub(crate) database: Option<Database>,
    /// `[preview] database_url`.
    pub(crate) database_url: &'a str,
    /// `None`: there is no server.
    pub(crate) rebind: Option<Rebind<'a>>,
    /// Knows the secrets that stand in production's file.
    pub(crate) known: &'a Redactor,
    pub(crate) notation: &'static dyn Notation,
}

impl Rules<'_> {
    pub(crate) fn fate(&self, env: &Env<'_>) -> Fate {
        if let Some(given) = self.policy.given.get(env.key) {
            return Fate::Set {
                value: given.value.clone(),
                secret: given.secret,
            };
        }
        let is_missing = self.policy.lacks(env.key);
        if self.stores.is_of_own(env) && !is_missing {
            return Fate::Keep;
        }
        match self.stores.of_env(env) {
            Some(Store::Database { by }) => self.of_database(env, by),
            Some(Store::Other) => Fate::Leave {
                why: "previews never use production's caches, queues and other stores",
            },
            // The policy wants another value than the file's and could not get it.
            None if is_missing => Fate::Secret,
            None if env.is_secret || self.notation.is_encrypted(env.value) => Fate::Secret,
            None if credentials::is_plain(env.key, env.value, self.notation) => Fate::Leave {
                why: "it looks like a credential, which `[preview] env` in do-deploy.toml can allow",
            },
            None if !env.value.is_empty() && hidden::holds(self.known, env.value) => Fate::Leave {
                why: "its value is a secret under another name",
            },
            None => Fate::Keep,
        }
    }

    fn of_database(&self, env: &Env<'_>, by: Access) -> Fate {
        match (self.database, self.rebind) {
            (Some(Database::Sqlite), _) if by == Access::Part => Fate::Leave {
                why: "SQLite is a file: it has no host, user or password",
            },
            (Some(Database::Sqlite), _) => Fate::Set {
                value: sqlite_url(env, self.database_url),
                // A file of the preview's own, which the comment names. As a SECRET it would be hidden in every log.
                secret: false,
            },
            (Some(Database::Development), Some(rebind)) => Fate::Set {
                value: rebind(env, by),
                secret: env.is_secret,
            },
            _ => Fate::Leave {
                why: "this preview has no database",
            },
        }
    }
}

/// Why an env that led to a database has another value in the preview. `None`: it is the same file.
pub(crate) fn why_rebound(old: &str, new: &str) -> Option<&'static str> {
    match file::file(old) {
        Some(_) if old == new => None,
        Some(_) if file::file(new).is_none() => Some("previews use a development database"),
        Some(_) => Some("every instance can write there"),
        None => Some("it led to production's database"),
    }
}

/// The path as the env's driver writes it: `jdbc:sqlite:/tmp/preview.db` for Java. What names a file already keeps its
/// form, and its path where it can be written.
/// <https://github.com/xerial/sqlite-jdbc#usage>
fn sqlite_url(env: &Env<'_>, database_url: &str) -> String {
    let (key, value) = (env.key, env.value);
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
