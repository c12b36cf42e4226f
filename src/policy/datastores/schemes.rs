//! What a value says about a store: the scheme of its URL, or a connection string that is not a URL.

use super::Holds;
/// The part of a URL before `://`, in lower case and without `jdbc:`.
pub(crate) fn scheme(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    let (scheme, _) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let scheme = scheme
        .strip_prefix("jdbc:")
        .or_else(|| scheme.strip_prefix("r2dbc:"))
        .unwrap_or(&scheme);
    let fits = |c: char| c.is_ascii_alphanumeric() || "+.-:_".contains(c);
    (!scheme.is_empty() && scheme.chars().all(fits)).then(|| scheme.to_owned())
}

/// What a URL of this scheme leads to, with or without a driver in it: `postgresql+psycopg2`, `db+mysql`, `pool:mysql`.
pub(crate) fn holds(scheme: &str) -> Option<Holds> {
    const DATABASES: [&str; 31] = [
        "aurora",
        "cockroach",
        "cockroachdb",
        "crdb",
        "db2",
        "ecto",
        "firebird",
        "firebirdsql",
        "libsql",
        "mariadb",
        "mssql",
        "mysql",
        "mysql2",
        "mysqli",
        "mysqlx",
        "oracle",
        "pg",
        "pgsql",
        "postgis",
        "postgres",
        "postgresql",
        "psql",
        "redshift",
        "rqlite",
        "spatialite",
        "sqlite",
        "sqlite3",
        "sqlserver",
        "trilogy",
        "vitess",
        "prisma",
    ];
    const OTHERS: [&str; 24] = [
        "amqp",
        "amqps",
        "bolt",
        "cassandra",
        "clickhouse",
        "couchbase",
        "couchbases",
        "elasticsearch",
        "influxdb",
        "kafka",
        "memcache",
        "memcached",
        "mongodb",
        "mqtt",
        "mqtts",
        "nats",
        "neo4j",
        "pulsar",
        "redis",
        "rediss",
        "sentinel",
        "stomp",
        "valkey",
        "valkeys",
    ];
    let mut parts = scheme.split(['+', ':', '-', '_']);
    parts.find_map(|part| {
        let is_database = DATABASES.contains(&part);
        let is_other = || OTHERS.contains(&part);
        is_database
            .then_some(Holds::Database)
            .or_else(|| is_other().then_some(Holds::Other))
    })
}

/// Whether PostgreSQL can answer to an env: its URL, if it has one, is PostgreSQL's.
pub(crate) fn speaks_postgresql(scheme: &str) -> bool {
    scheme.split(['+', ':']).any(|part| {
        matches!(
            part,
            "postgres" | "postgresql" | "pg" | "pgsql" | "postgis" | "cockroachdb" | "sqlite" | "sqlite3" | "prisma"
        )
    })
}

/// SQLAlchemy's drivers for `asyncio`, which no other can take the place of.
/// <https://docs.sqlalchemy.org/en/20/dialects/>
const ASYNCHRONOUS: [&str; 7] = [
    "asyncpg",
    "psycopg_async",
    "aiomysql",
    "asyncmy",
    "aiosqlite",
    "aioodbc",
    "oracledb_async",
];

/// The scheme for SQLite of an app that has this URL of another database.
pub(crate) fn of_sqlite(url: &str) -> &'static str {
    let scheme = scheme(url).unwrap_or_default();
    // Celery's way to name its backend.
    match scheme.starts_with("db+") {
        true => "db+sqlite",
        false if scheme.split('+').any(|part| ASYNCHRONOUS.contains(&part)) => "sqlite+aiosqlite",
        false => "sqlite",
    }
}

/// A scheme with a driver in it, for PostgreSQL where it is SQLite's.
pub(crate) fn of_postgresql(scheme: &str) -> String {
    scheme.replace("aiosqlite", "asyncpg").replace("sqlite", "postgresql")
}

/// A connection string that is not a URL, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// `user:password@tcp(host:3306)/name`: <https://github.com/go-sql-driver/mysql#dsn-data-source-name>
    Mysql,
    /// `pgsql:host=…;dbname=…`
    Pdo,
    /// `host=… password=…`: <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>
    Libpq,
    /// `Host=…;Password=…`: <https://www.npgsql.org/doc/connection-string-parameters.html>
    Npgsql,
    /// `Server=…;Password=…`: <https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax>
    SqlServer,
    /// `jdbc:oracle:thin:@host`, `jdbc:sqlserver:…`: other ways of JDBC.
    Oracle,
}

pub(crate) fn connection(text: &str) -> Option<Connection> {
    let lower = text.trim().to_ascii_lowercase();
    if lower.contains("@tcp(") || lower.contains("@unix(") {
        return Some(Connection::Mysql);
    }
    if lower.starts_with("jdbc:oracle:") {
        return Some(Connection::Oracle);
    }
    if lower.contains("://") {
        return None;
    }
    // PDO: https://www.php.net/manual/ref.pdo-mysql.connection.php, https://www.php.net/manual/ref.pdo-pgsql.connection.php
    for (prefix, connection) in [("mysql:", Connection::Mysql), ("pgsql:", Connection::Pdo)] {
        if lower.starts_with(prefix) && lower.contains("host=") {
            return Some(connection);
        }
    }
    let keys = |separator: &[char]| -> Vec<String> {
        let pairs = lower.split(separator).filter_map(|pair| pair.split_once('='));
        // `sqlsrv:Server=…` of PHP and `dbi:Pg:host=…` of Perl are the same behind the driver's name.
        let key = |key: &str| key.rsplit(':').next().unwrap_or_default().trim().to_owned();
        pairs.map(|(name, _)| key(name)).collect()
    };
    let names_both = |keys: &[String], hosts: &[&str]| {
        let has = |names: &[&str]| keys.iter().any(|key| names.contains(&key.as_str()));
        has(hosts)
            && has(&[
                "password",
                "pwd",
                "user",
                "username",
                "user id",
                "uid",
                "dbname",
                "database",
                "initial catalog",
            ])
    };
    if lower.contains(';') && names_both(&keys(&[';']), &["host"]) {
        return Some(Connection::Npgsql);
    }
    if lower.contains(';') && names_both(&keys(&[';']), &["server", "data source", "addr", "address"]) {
        return Some(Connection::SqlServer);
    }
    let by_words = keys(&[' ', '\t', '\n']);
    names_both(&by_words, &["host", "hostaddr", "service"]).then_some(Connection::Libpq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_is_known_without_a_scheme() {
        for (text, expected) in [
            ("doadmin:pw@tcp(host:25060)/shop", Some(Connection::Mysql)),
            ("host=db user=app password=pw dbname=shop", Some(Connection::Libpq)),
            (
                "Server=db;Database=shop;User Id=sa;Password=pw",
                Some(Connection::SqlServer),
            ),
            ("Host=db;Username=app;Password=pw", Some(Connection::Npgsql)),
            ("jdbc:oracle:thin:@db:1521/x", Some(Connection::Oracle)),
            ("mysql:host=db;dbname=shop", Some(Connection::Mysql)),
            ("pgsql:host=db;port=25060;dbname=shop", Some(Connection::Pdo)),
            ("host=db", None),
            ("postgres://u:p@h/d?host=x user=y", None),
            ("a=b;c=d", None),
            ("user@example.com", None),
        ] {
            assert_eq!(connection(text), expected, "{text}");
        }
    }
}
