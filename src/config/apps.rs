//! `[apps]`: several apps of one repository, each with settings of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::Paths;
use super::references::referenced_apps;
use super::{Config, EnvValue};
use crate::model::changed_files::ChangedFiles;
use crate::model::environment::Environment;

/// Longest name of an app, in characters: it is part of marks, rows and outputs.
pub(super) const LONGEST_NAME: usize = 32;

/// Whether it can be the name of an app under `[apps]`.
pub(crate) fn is_app_name(name: &str) -> bool {
    let letter_or_digit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = |c: char| letter_or_digit(c) || c == '-' || c == '_';
    name.starts_with(letter_or_digit) && name.len() <= LONGEST_NAME && name.chars().all(fits)
}

/// A name of an app that is as near to a folder's as it can be.
pub(crate) fn as_app_name(folder: &str) -> String {
    let folder = folder.to_ascii_lowercase();
    let fitting = |c: char| match c {
        'a'..='z' | '0'..='9' | '_' => c,
        _ => '-',
    };
    let name: String = folder.chars().map(fitting).collect();
    let name = name.trim_start_matches(['-', '_']).trim_end_matches('-');
    match name.get(..LONGEST_NAME).unwrap_or(name) {
        "" => "app".to_owned(),
        name => name.to_owned(),
    }
}

/// One app of the repository.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AppConfig {
    /// Its name under `[apps]`. `None`: the only app of a repository without that table.
    pub(crate) key: Option<String>,
    /// The file's tables with those of the app laid over them, key by key.
    pub(crate) config: Config,
    /// Files whose changes are this app's.
    pub(crate) paths: Paths,
    /// The keys of apps that are deployed before this one.
    pub(crate) after: Vec<String>,
}

impl Config {
    /// The apps of the repository in the order of the file; without `[apps]` the only one, to which the whole file belongs.
    pub(crate) fn apps(&self) -> Vec<AppConfig> {
        if self.apps.is_empty() {
            return vec![AppConfig {
                key: None,
                config: self.clone(),
                paths: Paths::default(),
                after: Vec::new(),
            }];
        }
        self.apps.clone()
    }

    /// Whether the file has `[apps]`.
    pub(crate) fn has_apps(&self) -> bool {
        !self.apps.is_empty()
    }

    /// What a commit's file says of an app: in the app's own table, else in the tables of the file.
    pub(crate) fn of_app(&self, key: Option<&str>) -> &Self {
        let found = self.apps.iter().find(|app| app.key.as_deref() == key);
        found.map_or(self, |app| &app.config)
    }

    /// Whether a manifest is named here, whatever it is for.
    pub(crate) fn names(&self, manifest: &str) -> bool {
        let environments = self.environments.values().map(|environment| &environment.spec);
        let mut named = [&self.spec, &self.preview.spec].into_iter().chain(environments);
        named.any(|spec| spec == manifest)
    }
}

impl AppConfig {
    /// Whether the app is deployed to an environment: a preview unless its previews are switched off, and a named environment
    /// where it has a spec for it. The only app of a repository is in all of them, so that what it lacks is said.
    pub(crate) fn is_in(&self, environment: &Environment) -> bool {
        let has_spec = |name: &str| {
            self.config
                .environment(name)
                .is_some_and(|settings| !settings.spec.is_empty())
        };
        let is_in = match environment {
            Environment::Preview(_) => self.config.preview.enabled,
            Environment::Named(name) => has_spec(name),
        };
        is_in || self.key.is_none()
    }

    /// The envs that the file gives to the app in an environment.
    pub(crate) fn env(&self, environment: &Environment) -> Option<&BTreeMap<String, EnvValue>> {
        match environment {
            Environment::Preview(_) => Some(&self.config.preview.env),
            Environment::Named(name) => self.config.environment(name).map(|settings| &settings.env),
        }
    }

    /// The keys of the apps whose URLs this one is given in an environment.
    pub(crate) fn refers_to(&self, environment: &Environment) -> BTreeSet<&str> {
        self.env(environment).map(referenced_apps).unwrap_or_default()
    }

    /// Whether the commit's file gives a preview of the app another shape.
    pub(crate) fn is_reshaped_by(&self, commit: &Config) -> bool {
        self.config.shaped_by(commit.of_app(self.key.as_deref())) != self.config
    }

    /// Whether a pull request's files are the app's. `own`: files that say how it is deployed, from the repository's root,
    /// which count whatever `paths` says: its manifest, and the configuration where it reshapes the app.
    pub(crate) fn is_touched_by(&self, changed: &ChangedFiles, own: &[&str]) -> bool {
        self.paths.touched_by(changed) || changed.may_include(|path| own.contains(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::{as_app_name, is_app_name};

    #[test]
    fn any_folder_gives_the_name_of_an_app() {
        for (folder, name) in [
            ("api", "api"),
            ("Front End", "front-end"),
            ("services/api", "services-api"),
            ("_site_", "site_"),
            ("日本", "app"),
            (&"x".repeat(40), &"x".repeat(32)),
        ] {
            assert_eq!(as_app_name(folder), name);
            assert!(is_app_name(name), "{name}");
        }
    }
}
