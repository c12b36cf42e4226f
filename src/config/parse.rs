//! Tables to config: every error names file, line and column, and what would have been right.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, EnvValue, EnvironmentConfig, Place, env};
use crate::model::environment::{Environment, PRODUCTION, same_on_github};
use crate::model::failure::Failure;

/// Envs in all tables: many times what any repository needs, and read in no time.
const MOST_ENVS: usize = 1000;

/// Most named environments: each is compared with all others.
const MOST_ENVIRONMENTS: usize = 50;

/// Prefix of the envs that mark an app as ours.
const MARKS: &str = "DO_DEPLOY_";

/// The text of a `do-deploy.toml`, and what errors call it.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) file: &'a str,
}

impl Text<'_> {
    /// The tables as a configuration. `place`: line and column of a key in a table.
    pub(super) fn config(
        self,
        tables: Spanned<DeTable<'_>>,
        place: impl Fn(&str, &str) -> (usize, usize),
    ) -> Result<Config, Failure> {
        let mut config = Config::deserialize(toml::Deserializer::from(tables)).map_err(|error| self.explain(&error))?;
        if let Err(wrong) = config.check() {
            let (line, column) = place(wrong.table, &wrong.key);
            return Err(Failure::input(wrong.what).next(wrong.next).at(self.file, line, column));
        }
        config.preview.sleep.locate(|offset| {
            let (line, column) = self.position(offset);
            let file = self.file.to_owned();
            Place { file, line, column }
        });
        config.production.spec = config.spec.clone();
        for name in config.environments.keys() {
            let (line, column) = place(&format!("environments.{name}"), "branch");
            let file = self.file.to_owned();
            config.places.insert(name.clone(), Place { file, line, column });
        }
        Ok(config)
    }

    /// What is wrong at an offset.
    pub(super) fn refuse(self, at: usize, what: impl Into<String>, next: impl Into<String>) -> Failure {
        let (line, column) = self.position(at);
        Failure::input(what).next(next).at(self.file, line, column)
    }

    /// The table that a key has to be.
    pub(super) fn table<'i>(self, value: Spanned<DeValue<'i>>, key: &str, next: &str) -> Result<DeTable<'i>, Failure> {
        let at = value.span().start;
        match value.into_inner() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.refuse(at, format!("`{key}` is not a table"), next)),
        }
    }

    /// Line and column of an offset, both from 1.
    pub(super) fn position(self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    /// The first line at or below the table's header that mentions the key. A value that is wrong stands in the
    /// text, so there is one; should it be spelled in a way not seen here, the first line is what is left to name.
    pub(super) fn find(self, table: &str, key: &str) -> (usize, usize) {
        let lines = || self.text.lines();
        let header = lines()
            .position(|line| line.trim_start().trim_start_matches('[').starts_with(table))
            .unwrap_or(0);
        lines()
            .enumerate()
            .skip(header)
            .find_map(|(index, line)| {
                let column = line.find(key)?;
                Some((index + 1, line[..column].chars().count() + 1))
            })
            .unwrap_or((header + 1, 1))
    }

    /// The parser's error in our words: an unknown key names the nearest one that exists.
    pub(super) fn explain(self, error: &toml::de::Error) -> Failure {
        let (line, column) = self.position(error.span().map_or(0, |span| span.start));
        let message = error.message().lines().next().unwrap_or_default();
        let failure = match message.strip_prefix("unknown field ") {
            Some(rest) => unknown(rest),
            None if error.message().contains("unknown variant") => variant(message),
            None => Failure::input(message.to_owned())
                .next("every key, its default and its format are in do-deploy's `reference.toml`"),
        };
        failure.at(self.file, line, column)
    }
}

impl Config {
    /// What the types cannot say.
    fn check(&self) -> Result<(), Wrong> {
        let named = self.environments.values().map(|environment| environment.env.len());
        let envs = self.production.env.len() + self.preview.env.len() + named.sum::<usize>();
        if envs > MOST_ENVS {
            return Err(Wrong::new(
                "",
                "env",
                format!("there are {envs} envs in the file, more than {MOST_ENVS}"),
                "set them in the manifest, or hand them over as one variable",
            ));
        }
        if self.environments.len() > MOST_ENVIRONMENTS {
            return Err(Wrong::new(
                "environments",
                "environments",
                format!(
                    "there are {} environments in the file, more than {MOST_ENVIRONMENTS}",
                    self.environments.len()
                ),
                "leave out those that are not deployed any more",
            ));
        }
        if !self.production.spec.is_empty() {
            return Err(Wrong::new(
                "production",
                "spec",
                "`spec` in `[production]` is not known",
                "production's spec is the `spec` at the top of the file",
            ));
        }
        target(PRODUCTION, "production", &self.production)?;
        for (name, environment) in &self.environments {
            let key = name.as_str();
            if name == PRODUCTION || !matches!(name.parse(), Ok(Environment::Named(_))) {
                return Err(Wrong::new(
                    "environments",
                    key,
                    format!("`{name}` cannot be the name of an environment"),
                    "use letters, digits, `-` and `_`; `production`, `preview` and `pr-N` are taken, in upper case as well",
                ));
            }
            let twin = self
                .environments
                .keys()
                .find(|other| *other < name && same_on_github(other, name));
            if let Some(other) = twin {
                return Err(Wrong::new(
                    "environments",
                    key,
                    format!("`{name}` and `{other}` are one environment on GitHub, which ignores case"),
                    "rename one of the two",
                ));
            }
            if environment.branch.is_empty() {
                return Err(Wrong::new(
                    "environments",
                    key,
                    format!("environment `{name}` has no `branch`"),
                    format!("add `branch = \"...\"` to `[environments.{name}]`"),
                ));
            }
            target(name, "environments", environment)?;
        }
        self.check_preview()?;
        self.check_health()
    }

    fn check_preview(&self) -> Result<(), Wrong> {
        let preview = &self.preview;
        let wrong = |key: &str, what: &str, next: &str| Err(Wrong::new("preview", key, what, next));
        if preview.limit == 0 {
            return wrong(
                "limit",
                "`limit` has to be at least 1",
                "`enabled = false` switches previews off",
            );
        }
        if preview.database_url.is_empty() {
            return wrong(
                "database_url",
                "`database_url` is empty",
                "leave it out for the default",
            );
        }
        if preview.size.is_empty() {
            return wrong("size", "`size` is empty", "use `auto` or an instance size's slug");
        }
        keys("preview", &preview.env)
    }

    fn check_health(&self) -> Result<(), Wrong> {
        let health = &self.health;
        let wrong = |key: &str, what: String, next: &str| Err(Wrong::new("health", key, what, next));
        if !health.path.is_empty() && !health.path.starts_with('/') {
            return wrong(
                "path",
                format!("`{}` is not a valid path", health.path),
                "start it with `/`, without host",
            );
        }
        for check in &health.checks {
            if !check.path.starts_with('/') {
                return wrong(
                    "checks",
                    format!("`{}` is not a valid path", check.path),
                    "start it with `/`, without host",
                );
            }
            if !(100..=599).contains(&check.status) {
                return wrong(
                    "checks",
                    format!("`{}` is not a valid HTTP status", check.status),
                    "use 100 to 599",
                );
            }
        }
        Ok(())
    }
}

fn target(name: &str, table: &'static str, target: &EnvironmentConfig) -> Result<(), Wrong> {
    let generated = target
        .env
        .iter()
        .find(|(_, value)| matches!(value, EnvValue::Generate(_)));
    if let Some((key, _)) = generated {
        return Err(Wrong::new(
            table,
            key,
            format!("`generate` for `{key}` of {name} is not supported yet: it is for previews"),
            format!("use `{key} = {{ from = \"{key}\" }}` and set that variable in the step's `env:`"),
        ));
    }
    keys(table, &target.env)
}

fn keys(table: &'static str, env: &BTreeMap<String, EnvValue>) -> Result<(), Wrong> {
    for key in env.keys() {
        if !env::is_key(key) {
            let what = format!("`{key}` cannot be the key of an env");
            return Err(Wrong::new(
                table,
                key,
                what,
                "use letters, digits and `_`, no digit first",
            ));
        }
        if key.starts_with(MARKS) {
            let what = format!("`{key}` is how do-deploy recognises its own apps");
            return Err(Wrong::new(table, key, what, "use another key"));
        }
    }
    Ok(())
}

/// A value that parses and is wrong all the same, by table and key.
struct Wrong {
    table: &'static str,
    key: String,
    what: String,
    next: String,
}

impl Wrong {
    fn new(table: &'static str, key: &str, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            table,
            key: key.to_owned(),
            what: what.into(),
            next: next.into(),
        }
    }
}

/// Every word between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// From serde's own message, which lists the fields that the struct has: they are written down nowhere else.
fn unknown(rest: &str) -> Failure {
    let words = quoted(rest);
    let (key, known) = words.split_first().map_or(("", &[][..]), |(key, known)| (*key, known));
    let failure = Failure::input(format!("unknown key `{key}`"));
    match nearest(key, known) {
        Some(near) => failure.next(format!("did you mean `{near}`?")),
        None => failure.next(format!("known here: `{}`", known.join("`, `"))),
    }
}

fn variant(message: &str) -> Failure {
    let words = quoted(message);
    let (value, known) = words
        .split_first()
        .map_or(("", &[][..]), |(value, known)| (*value, known));
    Failure::input(format!("`{value}` is not known here")).next(format!("use one of `{}`", known.join("`, `")))
}

/// The known word that someone may have meant.
pub(crate) fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(key, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 2)
        .min()
        .map(|(_, candidate)| candidate)
}

/// One path, also as a list of one. Several apps are not a list of paths: each has a table.
pub(super) fn one_spec<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct OneSpec;
    impl<'de> Visitor<'de> for OneSpec {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("the path of a manifest")
        }

        fn visit_str<E: Error>(self, path: &str) -> Result<String, E> {
            Ok(path.to_owned())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut paths: A) -> Result<String, A::Error> {
            let first = paths.next_element::<String>()?.unwrap_or_default();
            match paths.next_element::<String>()? {
                None => Ok(first),
                Some(_) => Err(A::Error::custom(
                    "`spec` names one manifest: for several apps, write a table with a `spec` for each, such as `[apps.api]`",
                )),
            }
        }
    }
    deserializer.deserialize_any(OneSpec)
}

#[cfg(test)]
mod tests;
