//! The whole of `do-deploy.toml`: the tables of the file, and for each app its own tables laid over them.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer as TableDeserializer};

use super::apps::{AppConfig, LONGEST_NAME, is_app_name};
use super::parse::Text;
use super::paths::Paths;
use super::references::{check, known_apps};
use super::{Config, overlay};
use crate::model::failure::Failure;

/// Bytes of a file, and apps in it: many times what any repository needs, and read in no time.
const LARGEST: usize = 128 * 1024;
const MOST_APPS: usize = 50;

/// What an app's table has besides the tables of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppTable {
    #[serde(default)]
    spec: String,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    #[serde(default)]
    after: Vec<Spanned<String>>,
    #[serde(rename = "production")]
    _production: Option<IgnoredAny>,
    #[serde(rename = "environments")]
    _environments: Option<IgnoredAny>,
    #[serde(rename = "preview")]
    _preview: Option<IgnoredAny>,
    #[serde(rename = "health")]
    _health: Option<IgnoredAny>,
}

/// Keys that an app's table lacks, and why.
const NOT_PER_APP: [(&[&str], &str); 9] = [
    (&["comment"], "a pull request has one comment for all of its apps"),
    (&["production", "branch"], ONE_BRANCH),
    (&["environments", "*", "branch"], ONE_BRANCH),
    (&["preview", "label"], CHOOSES),
    (&["preview", "drafts"], CHOOSES),
    (&["preview", "bots"], CHOOSES),
    (&["preview", "limit"], "it counts pull requests, not apps"),
    (&["preview", "budget"], "it counts all previews of the repository"),
    (&["preview", "ttl"], "the apps of a pull request are removed together"),
];
const ONE_BRANCH: &str = "an environment has one branch for all of its apps";
const CHOOSES: &str = "it chooses among pull requests, not among their apps";

/// Keys of which each app has its own, where there are apps.
const PER_APP: [&[&str]; 3] = [&["spec"], &["preview", "spec"], &["environments", "*", "spec"]];

impl Config {
    /// Reads the text of `do-deploy.toml`. `file` is what errors call it.
    pub(crate) fn parse(text: &str, file: &str) -> Result<Self, Failure> {
        if text.len() > LARGEST {
            return Err(
                Failure::input(format!("`{file}` is larger than {} KiB", LARGEST / 1024))
                    .next("keep what is not configuration of deployments in another file"),
            );
        }
        let text = Text { text, file };
        let document = DeTable::parse(text.text).map_err(|error| text.explain(&error))?;
        let has_apps = document.get_ref().contains_key("apps");
        let exact = |table: &str, key: &str| overlay::find_below(document.get_ref(), table, key).filter(|_| has_apps);
        let mut config = text.config(document.clone(), |table, key| match exact(table, key) {
            Some(at) => text.position(at),
            None => text.find(table, key),
        })?;
        let (span, mut tables) = (document.span(), document.into_inner());
        let apps = match tables.remove("apps") {
            Some(apps) => text.table(apps, "apps", "write a table for each app, such as `[apps.api]`")?,
            None => DeTable::new(),
        };
        let names = names(text, &apps)?;
        if names.is_empty() {
            check_references(text, &tables, None, &[])?;
            return Ok(config);
        }
        refuse_root_specs(text, &tables)?;
        let root = Root {
            text,
            span,
            tables,
            names: names.iter().map(|(name, _)| *name).collect(),
        };
        for (name, at) in &names {
            let table = apps.get(*name).cloned().expect("its key was just read");
            let app = root.app(name, *at, table)?;
            if let Some(twin) = config.apps.iter().find(|other| other.config.spec == app.config.spec) {
                let twin = twin.key.as_deref().unwrap_or_default();
                let what = format!("`{twin}` and `{name}` have the same `spec`, `{}`", app.config.spec);
                return Err(text.refuse(*at, what, "give each app a manifest of its own"));
            }
            config.apps.push(app);
        }
        Ok(config)
    }
}

/// Nothing yet: an app is read with the tables that it is laid over, which `[apps]` does not have.
pub(super) fn later<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AppConfig>, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Vec::new())
}

/// The names of the apps, and where they stand, in the order of the file.
fn names<'a>(text: Text<'_>, apps: &'a DeTable<'_>) -> Result<Vec<(&'a str, usize)>, Failure> {
    let mut keys: Vec<_> = apps.keys().collect();
    keys.sort_by_key(|key| key.span().start);
    if let Some(beyond) = keys.get(MOST_APPS) {
        let what = format!("there are {} apps in the file, more than {MOST_APPS}", keys.len());
        return Err(text.refuse(
            beyond.span().start,
            what,
            "leave out those that are not deployed any more",
        ));
    }
    let unfit = keys.iter().find(|key| !is_app_name(key.get_ref()));
    if let Some(unfit) = unfit {
        let what = format!("`{}` cannot be the name of an app", unfit.get_ref());
        let next = format!(
            "use lower-case letters, digits, `-` and `_`, a letter or a digit first, at most {LONGEST_NAME} characters"
        );
        return Err(text.refuse(unfit.span().start, what, next));
    }
    Ok(keys
        .into_iter()
        .map(|key| (key.get_ref().as_ref(), key.span().start))
        .collect())
}

fn refuse_root_specs(text: Text<'_>, document: &DeTable<'_>) -> Result<(), Failure> {
    for path in PER_APP {
        let found = overlay::find(document, path);
        let Some(found) = found.filter(|found| !matches!(found.value, DeValue::String(spec) if spec.is_empty())) else {
            continue;
        };
        let (place, own) = match path {
            [_] => ("at the top of the file".to_owned(), "[apps.NAME]".to_owned()),
            _ => (
                format!("in `[{}]`", found.table),
                format!("[apps.NAME.{}]", found.table),
            ),
        };
        let what = format!("`spec` {place} names one manifest for every app of `[apps]`");
        return Err(text.refuse(found.at, what, format!("move it to the table of one app: `{own}`")));
    }
    Ok(())
}

/// What every app's tables are laid over.
struct Root<'a> {
    text: Text<'a>,
    span: std::ops::Range<usize>,
    tables: DeTable<'a>,
    names: Vec<&'a str>,
}

impl Root<'_> {
    /// `at`: where the app's name is.
    fn app(&self, name: &str, at: usize, table: Spanned<DeValue<'_>>) -> Result<AppConfig, Failure> {
        let (text, span) = (self.text, table.span());
        let mut own = text.table(table, name, &format!("write a table: `[apps.{name}]`"))?;
        self.refuse_keys(name, &own)?;
        let tables = TableDeserializer::from(Spanned::new(span, own.clone()));
        let keys = AppTable::deserialize(tables).map_err(|error| text.explain(&error))?;
        if keys.spec.is_empty() {
            let next = format!("add `spec = \"...\"`, the path of its manifest, to `[apps.{name}]`");
            return Err(text.refuse(at, format!("app `{name}` has no `spec`"), next));
        }
        let paths = Paths::new(keys.paths.iter().map(|path| path.get_ref().as_str())).map_err(|objection| {
            let at = keys.paths[objection.index].span().start;
            text.refuse(at, objection.what, objection.next)
        })?;
        for other in &keys.after {
            let (at, other) = (other.span().start, other.get_ref());
            if other == name {
                return Err(text.refuse(
                    at,
                    format!("app `{name}` cannot be deployed after itself"),
                    "leave it out",
                ));
            }
            if !self.names.contains(&other.as_str()) {
                return Err(text.refuse(at, format!("there is no app `{other}`"), known_apps(other, &self.names)));
            }
        }
        own.remove("paths");
        own.remove("after");
        let laid = overlay::lay(&self.tables, own);
        let place = |table: &str, key: &str| text.position(overlay::find_below(&laid, table, key).unwrap_or(at));
        let config = text.config(Spanned::new(self.span.clone(), laid.clone()), place)?;
        check_references(text, &laid, Some(name), &self.names)?;
        Ok(AppConfig {
            key: Some(name.to_owned()),
            config,
            paths,
            after: keys.after.into_iter().map(Spanned::into_inner).collect(),
        })
    }

    fn refuse_keys(&self, name: &str, own: &DeTable<'_>) -> Result<(), Failure> {
        for (path, reason) in NOT_PER_APP {
            let Some(found) = overlay::find(own, path) else {
                continue;
            };
            let key = path.last().copied().unwrap_or_default();
            let what = format!("`{key}` cannot be set for one app: {reason}");
            let next = match found.table.as_str() {
                "" => format!("move it to `[{key}]`"),
                table => format!("move it to `[{table}]`"),
            };
            return Err(self.text.refuse(found.at, what, next));
        }
        if let Some(found) = overlay::find(own, &["production", "spec"]) {
            let what = format!("`spec` in `[apps.{name}.production]` is not known");
            let next = format!("production's spec is the `spec` of `[apps.{name}]`");
            return Err(self.text.refuse(found.at, what, next));
        }
        Ok(())
    }
}

/// Holds the values of every env to what they may refer to.
fn check_references(text: Text<'_>, tables: &DeTable<'_>, own: Option<&str>, known: &[&str]) -> Result<(), Failure> {
    for path in [
        &["production", "env"][..],
        &["preview", "env"],
        &["environments", "*", "env"],
    ] {
        for value in overlay::strings_below(tables, path) {
            check(value.get_ref(), own, known).map_err(|(what, next)| text.refuse(value.span().start, what, next))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
