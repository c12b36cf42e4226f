//! Development databases: real PostgreSQL servers, where `postgres` and `initdb` are found.

use super::Runner;
use super::plan::StepError;

/// How to reach one database, with the fields of App Platform's bindable variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) database: String,
}

/// A running server. Its data outlives restarts of the app and dies with `destroy`.
#[derive(Debug)]
pub(crate) struct Postgres {}

impl Postgres {
    /// Fails with `DatabaseNotAvailable` and a sentence that says what to install where PostgreSQL is missing.
    pub(crate) async fn start(_runner: &Runner, _name: &str, _version: Option<&str>) -> Result<Self, StepError> {
        todo!()
    }

    pub(crate) fn connection(&self) -> &Connection {
        todo!()
    }

    /// Stops the server and removes its data.
    pub(crate) async fn destroy(&self) {
        todo!()
    }
}
