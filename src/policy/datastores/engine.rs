//! Which engine an env expects, where that is another one than PostgreSQL.

use super::role::Role;
use super::schemes::{Connection, connection, scheme, speaks_postgresql};
use super::{Holds, keys};
use crate::redact::credential::words;

/// Words of names and drivers, and the engine that they mean.
const ENGINES: [(&str, &str); 8] = [
    ("mysql", "MySQL"),
    ("mariadb", "MySQL"),
    ("planetscale", "MySQL"),
    ("mssql", "SQL Server"),
    ("sqlsrv", "SQL Server"),
    ("sqlserver", "SQL Server"),
    ("oracle", "Oracle"),
    ("sqlite", "SQLite"),
];

/// The engine that an env names, unless it is PostgreSQL or none at all.
pub(crate) fn other_engine(key: &str, value: &str) -> Option<String> {
    if let Some(scheme) = scheme(value) {
        return (!speaks_postgresql(&scheme)).then_some(scheme);
    }
    match connection(value) {
        Some(Connection::Mysql) => return Some("MySQL".to_owned()),
        Some(Connection::Oracle) => return Some("Oracle".to_owned()),
        Some(Connection::SqlServer) => return Some("SQL Server".to_owned()),
        Some(Connection::Libpq | Connection::Npgsql | Connection::Pdo) => return None,
        None => {}
    }
    let role = keys::meaning(key).map(|meaning| meaning.role);
    let port = match (role, value) {
        (Some(Role::Port), "3306") => Some("MySQL"),
        (Some(Role::Port), "1433") => Some("SQL Server"),
        _ => None,
    };
    let named = |text: &str| {
        let mut found = ENGINES.iter().filter(|(word, _)| text.contains(word));
        found.next().map(|(_, engine)| *engine)
    };
    let by_driver = (role == Some(Role::Driver))
        .then(|| named(&value.to_ascii_lowercase()))
        .flatten();
    let by_key = words(key).iter().find_map(|word| {
        let whole = ENGINES
            .iter()
            .filter(|(name, _)| word.to_ascii_lowercase().starts_with(name));
        whole.map(|(_, engine)| *engine).next()
    });
    port.or(by_driver).or(by_key).map(str::to_owned)
}

/// Whether an env chooses the driver of a database, such as `DB_CONNECTION`.
pub(crate) fn is_driver(key: &str) -> bool {
    keys::meaning(key).is_some_and(|meaning| meaning.holds == Holds::Database && meaning.role == Role::Driver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_named_by_value_driver_port_or_key() {
        for (key, value, engine) in [
            ("A", "mysql2://u:p@h/x", Some("mysql2")),
            ("A", "u:p@tcp(h)/x", Some("MySQL")),
            ("A", "Server=h;Database=d;User Id=u;Password=p", Some("SQL Server")),
            ("A", "Host=h;Database=d;Username=u;Password=p", None),
            ("A", "postgres://h/x", None),
            ("DB_CONNECTION", "mysql", Some("MySQL")),
            ("DB_ENGINE", "django.db.backends.mysql", Some("MySQL")),
            ("DB_CONNECTION", "pgsql", None),
            ("DB_PORT", "3306", Some("MySQL")),
            ("DB_PORT", "25060", None),
            ("MYSQL_HOST", "h", Some("MySQL")),
            ("MYSQLHOST", "h", Some("MySQL")),
            ("DB_HOST", "mysql.example", None),
        ] {
            assert_eq!(other_engine(key, value).as_deref(), engine, "{key}={value}");
        }
    }
}
