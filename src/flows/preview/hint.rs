//! The next step after a preview's failure, where what the preview lacks explains it.

use crate::model::failure::Failure;
use crate::model::report::Database;
use crate::platforms::plan::PreviewPlan;

/// What SQLite and programs that expect another database say when they meet each other, in lower case.
const BOUND: [&str; 25] = [
    "sqlite3.",
    "sqlite_",
    "sqliteerror",
    "sqliteexception",
    "no such function",
    "no such column",
    "no such table",
    "near \"",
    "syntax error",
    "datatype mismatch",
    "cannot add a not null column",
    "cannot add a unique column",
    "database is locked",
    "unsupported dialect",
    "invalid dsn",
    "url must start with the protocol",
    "must start with postgres",
    "psycopg",
    "asyncpg",
    "could not connect to server",
    "econnrefused",
    "connection refused",
    "pg_catalog",
    "create extension",
    "jsonb",
];

/// Names the setting of the preview that is the likely way out.
pub(crate) fn add(failure: &mut Failure, plan: &PreviewPlan) {
    let Some(log) = &failure.log else { return };
    let lines: Vec<String> = log.lines.iter().map(|line| line.to_string()).collect();
    if let Some(key) = unset_key(&lines, &plan.unset) {
        failure.next = Some(format!(
            "the log names `{key}`, which is not set in previews: give it a value under `[preview.env]` in `do-deploy.toml`, such as `{key} = \"generate\"` or `{key} = {{ from = \"{key}\" }}` with the variable in the step's `env:`"
        ));
        return;
    }
    if plan.database.mode == Some(Database::Sqlite) && speaks_of_a_database(&lines) {
        let way_out = "the preview's database is SQLite: where the app cannot run on it, `database = \"dev\"` under `[preview]` in `do-deploy.toml` gives it PostgreSQL, for $7 a month";
        failure.next = Some(match &failure.next {
            Some(next) => format!("{next}; {way_out}"),
            None => way_out.to_owned(),
        });
    }
}

/// The first of the unset envs that a line names as a word of its own, the last line first.
fn unset_key<'a>(lines: &[String], unset: &'a [String]) -> Option<&'a str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = |line: &str, key: &str| {
        line.match_indices(key).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + key.len()..].chars().next();
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    };
    let mut lines = lines.iter().rev();
    lines.find_map(|line| {
        unset
            .iter()
            .find(|key| !key.is_empty() && names(line, key))
            .map(String::as_str)
    })
}

fn speaks_of_a_database(lines: &[String]) -> bool {
    lines
        .iter()
        .map(|line| line.to_lowercase())
        .any(|line| BOUND.iter().any(|words| line.contains(words)))
}

#[cfg(test)]
mod tests {
    use super::{speaks_of_a_database, unset_key};

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_key_that_a_log_names_is_found() {
        let unset = lines(&["SECRET_KEY", "JWT", "API_URL_KEY"]);
        for (log, key) in [
            (&["KeyError: 'SECRET_KEY'"][..], Some("SECRET_KEY")),
            (&["Error: JWT is not defined", "    at start"], Some("JWT")),
            (
                &["JWT_ISSUER is missing", "MY_SECRET_KEY is missing", "SECRET_KEYS"],
                None,
            ),
            (&["SECRET_KEY first", "then JWT"], Some("JWT")),
            (&[], None),
        ] {
            assert_eq!(unset_key(&lines(log), &unset), key, "{log:?}");
        }
    }

    #[test]
    fn a_log_that_speaks_of_a_database_is_known() {
        for (log, speaks) in [
            ("sqlite3.OperationalError: near \"ALTER\": syntax error", true),
            ("Error: the URL must start with the protocol `postgresql://`", true),
            ("psycopg2.OperationalError: could not connect to server", true),
            ("SQLITE_ERROR: no such function: now", true),
            ("ModuleNotFoundError: No module named 'flask'", false),
            ("Error: Cannot find module './server'", false),
        ] {
            assert_eq!(speaks_of_a_database(&lines(&[log])), speaks, "{log}");
        }
    }
}
