//! Databases of an app spec: development databases, and managed clusters that the app is attached to.

use serde::Serialize;
use serde_json::Value;

use super::component::{Component, Kind};
use super::value::scalar;

/// What tells one database from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Engine,
    Version,
    Production,
    Cluster,
    Database,
    User,
}

impl Field {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Version => "version",
            Self::Production => "production",
            Self::Cluster => "cluster_name",
            Self::Database => "db_name",
            Self::User => "db_user",
        }
    }
}

impl<'a> Component<'a> {
    /// A field of a database as text, unless it is missing, empty or unset; numbers and switches as they are written.
    pub(crate) fn of_database(&self, field: Field) -> Option<String> {
        scalar(self.value, field.key())
    }

    pub(crate) fn engine(&self) -> Option<&'a str> {
        self.text(Field::Engine.key())
    }

    pub(crate) fn version(&self) -> Option<&'a str> {
        self.text(Field::Version.key())
    }

    pub(crate) fn cluster(&self) -> Option<&'a str> {
        self.text(Field::Cluster.key())
    }

    /// Whether it is a managed cluster for production, in whatever way that is written.
    pub(crate) fn is_production(&self) -> bool {
        self.of_database(Field::Production).as_deref() == Some("true")
    }

    /// Whether it may be one: whatever else the platform takes for `true` counts as that.
    pub(crate) fn may_be_production(&self) -> bool {
        let is_false = |it: &Value| it.is_null() || it.as_bool() == Some(false) || it.as_str() == Some("false");
        let flag = self.value.get(Field::Production.key());
        flag.is_some_and(|flag| !is_false(flag))
    }

    /// The same where it is written as the platform gives it back.
    pub(crate) fn has_production_flag(&self) -> bool {
        self.value.get(Field::Production.key()) == Some(&Value::Bool(true))
    }
}

/// A development database of PostgreSQL.
#[derive(Debug, Serialize)]
struct Development<'a> {
    name: &'a str,
    engine: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    production: bool,
}

/// Gives the spec a development database, and no other.
pub(crate) fn set_development(spec: &mut Value, name: &str, version: Option<&str>) {
    let database = Development {
        name,
        engine: "PG",
        version,
        production: false,
    };
    spec[Kind::Database.key()] = serde_json::json!([database]);
}
