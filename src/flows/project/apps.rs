//! The apps of the repository that a run acts on, and what each of them is known by.

use crate::config::{AppConfig, nearest};
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::project::source::Source;
use crate::flows::sentence::list;
use crate::model::app_identity::{AppIdentity, AppNames};
use crate::model::environment::Environment;
use crate::model::failure::{Failure, Kind};
use crate::platforms::Manifest;
use crate::policy::manifest_names::{NamedManifest, distinct};

/// One app of an environment, with its manifest.
pub(crate) struct RepositoryApp {
    pub(crate) entry: AppConfig,
    pub(crate) identity: AppIdentity,
    /// What is wrong with one of several manifests is the end of that app alone.
    pub(crate) manifest: anyhow::Result<Manifest>,
}

impl Ctx {
    /// Whether the run is about an app: `--app` names it, or none.
    pub(crate) fn is_about(&self, app: &AppConfig) -> bool {
        self.app.is_none() || self.app == app.key
    }

    /// # Errors
    /// When `--app` names none of the repository's apps; and where one flag names the manifest of several.
    pub(crate) fn accept_apps(&self, apps: &[AppConfig]) -> Result<(), Failure> {
        let keys: Vec<&str> = apps.iter().filter_map(|app| app.key.as_deref()).collect();
        if self.spec_file.is_some() && !keys.is_empty() {
            return Err(
                Failure::input("`--spec` names one manifest, and the repository has several apps")
                    .why(format!("`[apps]` in `{}` names the manifest of each", self.config_file))
                    .next("leave `--spec` out; `--app NAME` chooses one of the apps"),
            );
        }
        let Some(named) = self.app.as_deref().filter(|named| !keys.contains(named)) else {
            return Ok(());
        };
        let failure = Failure::input(format!("there is no app `{named}`"));
        Err(match (nearest(named, &keys), keys.is_empty()) {
            (Some(near), _) => failure.next(format!("did you mean `{near}`?")),
            (None, false) => failure.next(format!("the apps of the repository are {}", list(keys))),
            (None, true) => failure
                .why(format!("`{}` has no `[apps]`", self.config_file))
                .next("leave `--app` out: the repository has one app"),
        })
    }

    /// The run's neighbours for one of the repository's apps: where there are several, the log names it.
    pub(crate) fn of_entry(&self, app: &AppConfig) -> Self {
        match &app.key {
            Some(key) => self.of_app(key),
            None => self.clone(),
        }
    }
}

/// Reads the manifests that an environment's apps are deployed from, in the order of the configuration. `apps`: all that the
/// repository has; those that the environment does not have are left out.
///
/// # Errors
/// What is wrong with the manifest of the only app; and two manifests that go by one name.
pub(crate) async fn read(
    source: &Source<'_>,
    apps: Vec<AppConfig>,
    environment: &Environment,
) -> anyhow::Result<Vec<RepositoryApp>> {
    let mut members = Vec::new();
    for entry in apps.into_iter().filter(|app| app.is_in(environment)) {
        let config = &entry.config;
        let spec = config
            .environment(&environment.to_string())
            .map(|it| config.spec_of(it));
        let manifest = source.manifest(spec.unwrap_or(&config.spec)).await;
        let manifest = of_its_app(entry.key.as_deref(), manifest)?;
        members.push((entry, manifest));
    }
    let names = |(entry, manifest): &(AppConfig, anyhow::Result<Manifest>)| AppNames {
        key: entry.key.clone(),
        manifest: manifest.as_ref().ok().map(|manifest| manifest.name().to_owned()),
    };
    let identities = identities(&members.iter().map(names).collect::<Vec<_>>());
    with_different_names(members.iter().filter_map(|(entry, manifest)| {
        let manifest = manifest.as_ref().ok()?;
        Some((entry, manifest, manifest.name()))
    }))?;
    let apps = members.into_iter().zip(identities);
    Ok(apps
        .map(|((entry, manifest), identity)| RepositoryApp {
            entry,
            identity,
            manifest,
        })
        .collect())
}

/// Keeps a mistake in what was given as the end of the app that it belongs to. `key`: of one of several.
///
/// # Errors
/// What is the end of the run: any error of the only app, and of several whatever else went wrong.
pub(crate) fn of_its_app<T>(key: Option<&str>, done: anyhow::Result<T>) -> anyhow::Result<anyhow::Result<T>> {
    let is_mistake = |error: &anyhow::Error| cancelled(error).is_none() && failure_of(error).kind == Kind::Input;
    match done {
        Err(error) if key.is_none() || !is_mistake(&error) => Err(error),
        done => Ok(done),
    }
}

/// Accepts manifests of different names. The name is the one that the app goes by.
///
/// # Errors
/// Two of one name: an app that is live could not be distinguished from the other.
pub(crate) fn with_different_names<'a>(
    manifests: impl Iterator<Item = (&'a AppConfig, &'a Manifest, &'a str)>,
) -> Result<(), Failure> {
    let named = manifests.filter_map(|(entry, manifest, name)| {
        Some(NamedManifest {
            key: entry.key.as_deref()?,
            file: manifest.file(),
            name,
        })
    });
    distinct(&named.collect::<Vec<_>>())
}

/// What each app is known by among the others.
pub(crate) fn identities(names: &[AppNames]) -> Vec<AppIdentity> {
    let identity = |(at, own): (usize, &AppNames)| AppIdentity {
        names: own.clone(),
        others: [&names[..at], &names[at + 1..]].concat(),
    };
    names.iter().enumerate().map(identity).collect()
}
