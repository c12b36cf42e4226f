//! The arguments of well-known clients of databases, caches and web servers.

use super::{Piece, add};

/// How the clients of servers are given a host and a password: the programs, the flags for both, and what the host is of.
/// <https://dev.mysql.com/doc/refman/8.4/en/connection-options.html>, <https://www.postgresql.org/docs/current/app-psql.html>,
/// <https://redis.io/docs/latest/develop/tools/cli/>, <https://www.mongodb.com/docs/mongodb-shell/reference/options/>,
/// <https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility>, <https://curl.se/docs/manpage.html>,
/// <https://linux.die.net/man/1/sshpass>
type Client = (
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
);
const CLIENTS: [Client; 7] = [
    (
        &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
        ],
        &["-h", "--host"],
        &["-p"],
        "MYSQL_HOST",
    ),
    (
        &[
            "psql",
            "pg_dump",
            "pg_dumpall",
            "pg_restore",
            "pg_isready",
            "createdb",
            "dropdb",
            "createuser",
        ],
        &["-h", "--host"],
        &[],
        "PGHOST",
    ),
    (&["redis-cli", "valkey-cli"], &["-h"], &["-a", "--pass"], "REDIS_HOST"),
    (
        &["mongosh", "mongo", "mongodump", "mongorestore"],
        &["-h", "--host"],
        &["-p"],
        "MONGO_HOST",
    ),
    (&["sqlcmd", "bcp"], &["-S"], &["-P"], "MSSQL_HOST"),
    (
        &["curl", "wget", "http", "https"],
        &[],
        &["-u", "--user", "-a", "--proxy-user"],
        "",
    ),
    (&["sshpass"], &[], &["-p"], ""),
];

/// Adds what a client's arguments say about where it connects to, and as whom.
pub(super) fn passwords_and_hosts(command: &[String], depth: usize, pieces: &mut Vec<Piece>) {
    let known = command.iter().enumerate().find_map(|(at, word)| {
        let program = word.rsplit('/').next().unwrap_or_default();
        let client = CLIENTS.iter().find(|(programs, ..)| programs.contains(&program))?;
        Some((&command[at + 1..], client))
    });
    let Some((arguments, (_, hosts, passwords, store))) = known else {
        return;
    };
    let is_web = store.is_empty() && passwords.len() > 1;
    let value_of = |at: usize, flag: &str| -> Option<&str> {
        let word = arguments[at].as_str();
        match word.strip_prefix(flag)? {
            // `mysql -p` asks for the password: what follows is the database.
            "" if flag == "-p" && *store == "MYSQL_HOST" => None,
            "" => arguments
                .get(at + 1)
                .map(String::as_str)
                .filter(|next| !next.starts_with('-')),
            rest if flag.starts_with("--") => rest.strip_prefix('='),
            rest => Some(rest),
        }
    };
    for at in 0..arguments.len() {
        if let Some(host) = hosts.iter().find_map(|flag| value_of(at, flag)) {
            add(store, host.strip_prefix("tcp:").unwrap_or(host), depth, pieces);
        }
        if let Some(password) = passwords.iter().find_map(|flag| value_of(at, flag)) {
            match password.split_once(':') {
                Some((_, password)) if is_web => add("PASSWORD", password, depth, pieces),
                None if is_web => {}
                _ => add("PASSWORD", password, depth, pieces),
            }
        }
    }
}
