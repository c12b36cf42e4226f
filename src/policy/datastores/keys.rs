//! What the names of envs say about a store: `DB_HOST` is a part of a database, `CELERY_BROKER_URL` a queue.

use super::Holds;
use super::role::Role;
use super::words::{QUALIFIERS, ROLES, STORES, WHOLE};
use crate::redact::credential::words;

/// What a name promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) holds: Holds,
    pub(crate) role: Role,
    /// What its parts have in common: `DB` of `DB_HOST` and `DB_PASSWORD`.
    pub(crate) prefix: String,
}

/// What the name of an env says. `None`: nothing about a store.
pub(crate) fn meaning(key: &str) -> Option<Meaning> {
    let upper = key.to_ascii_uppercase();
    if let Some((_, holds, role)) = WHOLE.iter().find(|(name, ..)| *name == upper) {
        let prefix = upper.rsplit_once('_').map_or("", |(prefix, _)| prefix).to_owned();
        return Some(Meaning {
            holds: *holds,
            role: *role,
            prefix,
        });
    }
    let words: Vec<String> = words(key).iter().flat_map(|word| split(word)).collect();
    // .NET: https://learn.microsoft.com/aspnet/core/fundamentals/configuration/#connection-string-prefixes
    let is_net = words.len() > 2 && words[0].ends_with("CONNECTION") && words[1] == "STRINGS";
    if is_net || words.first().is_some_and(|word| word == "CONNECTIONSTRINGS") {
        return Some(Meaning {
            holds: Holds::Database,
            role: Role::Url,
            prefix: "CONNECTIONSTRINGS".to_owned(),
        });
    }
    (0..words.len()).rev().find_map(|at| {
        let (_, holds) = STORES.iter().find(|(store, _)| *store == words[at])?;
        let role = role(&words[at + 1..])?;
        Some(Meaning {
            holds: *holds,
            role,
            prefix: words[..=at].join("_"),
        })
    })
}

/// What the words behind a store mean.
fn role(words: &[String]) -> Option<Role> {
    let is_qualifier = |word: &str| QUALIFIERS.contains(&word) || word.chars().all(|c| c.is_ascii_digit());
    let end = words
        .iter()
        .rposition(|word| ROLES.iter().any(|(role, _)| role == word));
    if let [.., first, last] = words {
        match (first.as_str(), last.as_str()) {
            ("CONNECTION", "STRING" | "URL" | "URI") => return Some(Role::Url),
            ("CONNECTION", "NAME") => return None,
            ("USER", "NAME") => return Some(Role::User),
            ("HOST" | "SERVER", "NAME") => return Some(Role::Host),
            _ => {}
        }
    }
    let end = end?;
    let (before, after) = (&words[..end], &words[end + 1..]);
    let is_store = |word: &str| STORES.iter().any(|(store, _)| *store == word);
    if !before.iter().all(|word| is_qualifier(word) || is_store(word)) || !after.iter().all(|word| is_qualifier(word)) {
        return None;
    }
    ROLES
        .iter()
        .find(|(role, _)| *role == words[end])
        .map(|(_, role)| *role)
}

/// `PGHOST` and `MYSQLPASSWORD` (Railway's names) are two words without an underscore.
fn split(word: &str) -> Vec<String> {
    let is_whole = STORES.iter().any(|(store, _)| *store == word) || ROLES.iter().any(|(role, _)| *role == word);
    let parts = STORES.iter().filter(|_| !is_whole).find_map(|(store, _)| {
        let rest = word.strip_prefix(store)?;
        let is_role = ROLES.iter().any(|(role, _)| *role == rest);
        is_role.then(|| vec![(*store).to_owned(), rest.to_owned()])
    });
    parts.unwrap_or_else(|| vec![word.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frameworks_names_say_what_they_hold() {
        use Holds::{Database, Other};
        for (key, holds, role, prefix) in [
            ("DATABASE_URL", Database, Role::Url, "DATABASE"),
            ("POSTGRES_URL", Database, Role::Url, "POSTGRES"),
            ("POSTGRES_PRISMA_URL", Database, Role::Url, "POSTGRES"),
            ("POSTGRES_URL_NON_POOLING", Database, Role::Url, "POSTGRES"),
            ("DIRECT_URL", Database, Role::Url, "DIRECT"),
            ("SHADOW_DATABASE_URL", Database, Role::Url, "SHADOW_DATABASE"),
            ("DATABASE_URL_UNPOOLED", Database, Role::Url, "DATABASE"),
            ("SQLALCHEMY_DATABASE_URI", Database, Role::Url, "SQLALCHEMY_DATABASE"),
            ("SPRING_DATASOURCE_URL", Database, Role::Url, "SPRING_DATASOURCE"),
            ("SPRING_DATASOURCE_USERNAME", Database, Role::User, "SPRING_DATASOURCE"),
            ("JDBC_DATABASE_URL", Database, Role::Url, "JDBC_DATABASE"),
            (
                "QUARKUS_DATASOURCE_JDBC_URL",
                Database,
                Role::Url,
                "QUARKUS_DATASOURCE_JDBC",
            ),
            ("DB_CONNECTION_STRING", Database, Role::Url, "DB"),
            ("ConnectionStrings__Default", Database, Role::Url, "CONNECTIONSTRINGS"),
            ("GOOSE_DBSTRING", Database, Role::Url, "GOOSE"),
            ("DB_HOST", Database, Role::Host, "DB"),
            ("dbHost", Database, Role::Host, "DB"),
            ("DB_READ_HOST", Database, Role::Host, "DB"),
            ("DB_DATABASE", Database, Role::Name, "DB"),
            ("POSTGRES_DB", Database, Role::Name, "POSTGRES"),
            ("APP_DATABASE__PASSWORD", Database, Role::Password, "APP_DATABASE"),
            ("FLEET_MYSQL_ADDRESS", Database, Role::Host, "FLEET_MYSQL"),
            ("MYSQL_ROOT_PASSWORD", Database, Role::Password, "MYSQL"),
            ("PGHOST", Database, Role::Host, "PG"),
            ("PGPASSWORD", Database, Role::Password, "PG"),
            ("MYSQLPASSWORD", Database, Role::Password, "MYSQL"),
            ("DB_CONNECTION", Database, Role::Driver, "DB"),
            ("RDS_HOSTNAME", Database, Role::Host, "RDS"),
            ("WORDPRESS_DB_USER", Database, Role::User, "WORDPRESS_DB"),
            ("database__connection__host", Database, Role::Host, "DATABASE"),
            ("DB_POSTGRESDB_PASSWORD", Database, Role::Password, "DB_POSTGRESDB"),
            ("MB_DB_CONNECTION_URI", Database, Role::Url, "MB_DB"),
            ("KC_DB_URL_HOST", Database, Role::Host, "KC_DB"),
            ("POSTGRESQL_ADDON_URI", Database, Role::Url, "POSTGRESQL"),
            ("GITEA__database__PASSWD", Database, Role::Password, "GITEA_DATABASE"),
            ("SQL_PASSWORD", Database, Role::Password, "SQL"),
            ("DATABASE_USER_NAME", Database, Role::User, "DATABASE"),
            ("MONGODB_URI", Other, Role::Url, "MONGODB"),
            ("MONGO_URL", Other, Role::Url, "MONGO"),
            ("SPRING_DATA_MONGODB_URI", Other, Role::Url, "SPRING_DATA_MONGODB"),
            ("REDIS_URL", Other, Role::Url, "REDIS"),
            ("REDIS_TLS_URL", Other, Role::Url, "REDIS"),
            ("REDIS_HOST", Other, Role::Host, "REDIS"),
            ("UPSTASH_REDIS_REST_URL", Other, Role::Url, "UPSTASH_REDIS"),
            ("UPSTASH_REDIS_REST_TOKEN", Other, Role::Password, "UPSTASH_REDIS"),
            ("KV_REST_API_URL", Other, Role::Url, "KV"),
            ("CELERY_BROKER_URL", Other, Role::Url, "CELERY"),
            ("CELERY_RESULT_BACKEND", Other, Role::Url, "CELERY_RESULT"),
            ("CLOUDAMQP_URL", Other, Role::Url, "CLOUDAMQP"),
            ("KAFKA_BOOTSTRAP_SERVERS", Other, Role::Host, "KAFKA"),
            ("KAFKA_BROKERS", Other, Role::Host, "KAFKA"),
            ("CASSANDRA_CONTACT_POINTS", Other, Role::Host, "CASSANDRA"),
            ("REDIS_CONNECTION", Other, Role::Url, "REDIS"),
            ("REDIS_CONNECTION_STRING", Other, Role::Url, "REDIS"),
            ("SPRING_RABBITMQ_HOST", Other, Role::Host, "SPRING_RABBITMQ"),
            ("NEXT_PUBLIC_SUPABASE_URL", Other, Role::Url, "NEXT_PUBLIC_SUPABASE"),
        ] {
            let expected = Meaning {
                holds,
                role,
                prefix: prefix.to_owned(),
            };
            assert_eq!(meaning(key), Some(expected), "{key}");
        }
    }

    #[test]
    fn settings_of_a_store_are_no_way_to_it() {
        for key in [
            "DB_SSL",
            "DB_POOL_MAX",
            "DATABASE_POOL_TIMEOUT",
            "DATABASE_SCHEMA",
            "DB_BACKUP_BUCKET_NAME",
            "DB_PGBOUNCER",
            "SUPABASE_USE_FOR_DB",
            "DATABASES_PATH",
            "APP_URL",
            "HOST",
            "PORT",
            "SMTP_HOST",
            "NEXTAUTH_URL",
            "DB_AFTER_CONNECT_QUERY",
            "REDIS_PREFIX",
            "BROKER_ACCOUNTS_ENCRYPTION_KEY",
            "SERVER_PORT",
            "PAGE_URL",
        ] {
            assert_eq!(meaning(key), None, "{key}");
        }
    }
}
