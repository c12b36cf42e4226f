//! What an update of a living preview would cost it: its data, where the kind of its database changes.

use serde_json::Value;

use super::super::component::{self, Kind};
use super::super::env;
use crate::platforms::plan::DataLoss;

/// Where an app keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'a> {
    /// A database component, which is another one under another name, engine or version.
    Component {
        name: &'a str,
        engine: &'a str,
        version: Option<&'a str>,
    },
    Sqlite,
    None,
}

impl Place<'_> {
    fn of(spec: &Value) -> Place<'_> {
        if let Some(database) = component::of(spec, Kind::Database).first() {
            return Place::Component {
                name: database.name,
                // https://docs.digitalocean.com/products/app-platform/reference/app-spec/: the default engine
                engine: database.engine().filter(|it| *it != "UNSET").unwrap_or("PG"),
                version: database.version(),
            };
        }
        let components = component::components(spec);
        let owners = std::iter::once(spec).chain(components.iter().map(|it| it.value));
        let is_sqlite = |it: &Value| env::value(it).is_some_and(|value| value.contains("sqlite:"));
        match owners.flat_map(env::list).any(is_sqlite) {
            true => Place::Sqlite,
            false => Place::None,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Component { .. } => "a development database",
            Self::Sqlite => "SQLite",
            Self::None => "no database",
        }
    }

    /// Whether the data of the one are still there in the other.
    fn outlives(self, next: Self) -> bool {
        match (self, next) {
            (
                Self::Component { name, engine, version },
                Self::Component {
                    name: next_name,
                    engine: next_engine,
                    version: next_version,
                },
            ) => {
                // A version that the plan leaves open is the platform's choice.
                let same_version = version == next_version || version.is_none() || next_version.is_none();
                name == next_name && engine == next_engine && same_version
            }
            // Its disk starts empty at every deployment; nothing more is lost.
            (Self::Sqlite, Self::Sqlite) | (Self::None, _) => true,
            _ => false,
        }
    }
}

/// `None`: the data stay as they would without a change.
pub(super) fn of_data(live: &Value, planned: &Value) -> Option<DataLoss> {
    let (before, after) = (Place::of(live), Place::of(planned));
    if before.outlives(after) {
        return None;
    }
    let (then, now) = (before.noun(), after.noun());
    let (before_it, after_it) = match (before, after) {
        (Place::Component { name, .. }, Place::Component { .. }) => (
            format!(
                "the preview's development database `{name}` is replaced by another one: the data in it are deleted"
            ),
            format!(
                "the preview's development database `{name}` was replaced by another one: the data in it were deleted"
            ),
        ),
        _ => (
            format!("the preview changes from {then} to {now}: its data are deleted"),
            format!("the preview changed from {then} to {now}: its data were deleted"),
        ),
    };
    Some(DataLoss {
        before: before_it,
        after: after_it,
        with_update: match before {
            Place::Component { name, .. } => Some(format!("its database `{name}` was destroyed")),
            Place::Sqlite | Place::None => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_of_the_kind_of_database_is_told() {
        let sqlite =
            json!({"services": [{"name": "web", "envs": [{"key": "X", "value": "sqlite:////tmp/preview.db"}]}]});
        let java = json!({"envs": [{"key": "X", "value": "jdbc:sqlite:/tmp/preview.db"}]});
        let none = json!({"services": [{"name": "web"}]});
        let dev =
            |name: &str, version: &str| json!({"databases": [{"name": name, "engine": "PG", "version": version}]});
        let unversioned = json!({"databases": [{"name": "db"}]});
        let (a, b, c) = (dev("db", "16"), dev("db", "17"), dev("main", "16"));
        let told: Vec<String> = [
            (&a, &sqlite),
            (&a, &none),
            (&sqlite, &a),
            (&java, &none),
            (&a, &b),
            (&a, &c),
        ]
        .iter()
        .map(|(live, planned)| of_data(live, planned).expect("said").before)
        .collect();
        assert_eq!(
            of_data(&a, &b).map(|loss| (loss.after, loss.with_update)),
            Some((
                "the preview's development database `db` was replaced by another one: the data in it were deleted"
                    .to_owned(),
                Some("its database `db` was destroyed".to_owned())
            ))
        );
        assert_eq!(
            of_data(&sqlite, &a).map(|loss| (loss.after, loss.with_update)),
            Some((
                "the preview changed from SQLite to a development database: its data were deleted".to_owned(),
                None
            ))
        );
        insta::assert_snapshot!(told.join("\n"), @r"
        the preview changes from a development database to SQLite: its data are deleted
        the preview changes from a development database to no database: its data are deleted
        the preview changes from SQLite to a development database: its data are deleted
        the preview changes from SQLite to no database: its data are deleted
        the preview's development database `db` is replaced by another one: the data in it are deleted
        the preview's development database `db` is replaced by another one: the data in it are deleted
        ");
        for (live, planned) in [
            (&a, &a),
            (&a, &unversioned),
            (&unversioned, &a),
            (&sqlite, &java),
            (&none, &a),
            (&none, &sqlite),
        ] {
            assert_eq!(of_data(live, planned), None, "{live} {planned}");
        }
    }
}
