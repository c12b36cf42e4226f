//! `do-deploy.toml`: strict, every default in one place.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

mod apps;
mod budget;
mod duration;
mod env;
mod overlay;
mod parse;
mod paths;
mod read;
mod references;
mod shape;
mod sleep;

pub(crate) use apps::{AppConfig, as_app_name, is_app_name};
pub(crate) use env::{EnvValue, Generate, TOKENS, Variable, is_own_token, is_reserved};
pub(crate) use parse::nearest;
pub(crate) use paths::literal;
pub(crate) use references::{Unresolved, referenced_apps, with_urls};
pub(crate) use shape::clipped as clipped_size;
pub(crate) use sleep::SleepAfter;

use crate::model::environment::PRODUCTION;
use crate::model::failure::Failure;
use crate::model::rollback::RollbackPolicy;

const HOUR: Duration = Duration::from_secs(60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// Everything that a repository can say about its deployments. All of it is optional.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The app spec's path; empty: look in the usual places.
    #[serde(deserialize_with = "parse::one_spec")]
    pub(crate) spec: String,
    pub(crate) production: EnvironmentConfig,
    /// Further environments, each with a branch and a spec of its own.
    pub(crate) environments: BTreeMap<String, EnvironmentConfig>,
    pub(crate) preview: Preview,
    pub(crate) health: Health,
    pub(crate) comment: Comment,
    /// Several apps of the repository, in the order of the file; an app has none of its own.
    #[serde(deserialize_with = "read::later")]
    apps: Vec<AppConfig>,
    /// Where each `branch` of `[environments]` stands.
    #[serde(skip)]
    places: BTreeMap<String, Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    file: String,
    line: usize,
    column: usize,
}

/// `[production]` or `[environments.NAME]`: what is deployed where, and how.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EnvironmentConfig {
    /// Empty: the repository's default branch. Named environments always have one.
    pub(crate) branch: String,
    /// The app spec's path; production's is the one at the top of the file. Empty: look in the usual places.
    #[serde(deserialize_with = "parse::one_spec")]
    pub(crate) spec: String,
    /// DigitalOcean project, by name or id; empty: the account's default.
    pub(crate) project: String,
    pub(crate) rollback: RollbackPolicy,
    /// Take over a live app that has settings which the file lacks.
    pub(crate) adopt: bool,
    /// A run deploys its own commit or nothing.
    pub(crate) exact: bool,
    /// Whether the nightly run compares what it has with its branch's head.
    pub(crate) nightly: bool,
    /// Builds may take 60 minutes, jobs 30.
    #[serde(deserialize_with = "duration::positive")]
    pub(crate) timeout: Duration,
    pub(crate) env: BTreeMap<String, EnvValue>,
}

impl EnvironmentConfig {
    /// The branch whose pushes are deployed. `default`: the repository's default branch.
    pub(crate) fn branch_or<'a>(&'a self, default: &'a str) -> &'a str {
        match self.branch.as_str() {
            "" => default,
            branch => branch,
        }
    }
}

impl Default for EnvironmentConfig {
    fn default() -> Self {
        Self {
            branch: String::new(),
            spec: String::new(),
            project: String::new(),
            rollback: RollbackPolicy::default(),
            adopt: false,
            exact: false,
            nightly: true,
            timeout: 75 * MINUTE,
            env: BTreeMap::new(),
        }
    }
}

/// `[preview]`: the apps of pull requests.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Preview {
    pub(crate) enabled: bool,
    /// A hand-written preview spec; empty: made from production's.
    pub(crate) spec: String,
    /// Only pull requests with this label; empty: all.
    pub(crate) label: String,
    pub(crate) drafts: bool,
    pub(crate) bots: bool,
    /// Previews of this repository at once.
    pub(crate) limit: u32,
    /// US dollars a month for all previews of this repository, awake. `None`: whatever they cost.
    #[serde(deserialize_with = "budget::budget")]
    pub(crate) budget: Option<f64>,
    /// Removed after this long without a push, redeploy or command.
    #[serde(deserialize_with = "duration::positive")]
    pub(crate) ttl: Duration,
    pub(crate) database: PreviewDatabase,
    pub(crate) database_url: String,
    /// Runs before the service starts; empty: the commands of the spec's own jobs.
    pub(crate) prepare: String,
    /// The service's start command; empty: find it out.
    pub(crate) start: String,
    #[serde(deserialize_with = "sleep::sleep")]
    pub(crate) sleep: SleepAfter,
    /// `auto` or an instance size's slug.
    pub(crate) size: String,
    #[serde(deserialize_with = "duration::positive")]
    pub(crate) timeout: Duration,
    pub(crate) env: BTreeMap<String, EnvValue>,
}

/// Where a preview has its SQLite file unless someone says something else.
pub(crate) const SQLITE_URL: &str = "sqlite:////tmp/preview.db";

impl Default for Preview {
    fn default() -> Self {
        Self {
            enabled: true,
            spec: String::new(),
            label: String::new(),
            drafts: false,
            bots: false,
            limit: 10,
            budget: None,
            ttl: 14 * 24 * HOUR,
            database: PreviewDatabase::default(),
            database_url: SQLITE_URL.to_owned(),
            prepare: String::new(),
            start: String::new(),
            sleep: SleepAfter::Auto,
            size: "auto".to_owned(),
            timeout: 30 * MINUTE,
            env: BTreeMap::new(),
        }
    }
}

/// Where previews keep their data.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PreviewDatabase {
    /// SQLite where the app can, else a development database.
    #[default]
    Auto,
    Sqlite,
    Dev,
    None,
}

/// `[health]`: what an answer has to look like to be good.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Health {
    /// Empty: the spec's own health check, else any answer below 500 at `/`.
    pub(crate) path: String,
    #[serde(deserialize_with = "duration::positive")]
    pub(crate) timeout: Duration,
    pub(crate) checks: Vec<Check>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            path: String::new(),
            timeout: 3 * MINUTE,
            checks: Vec::new(),
        }
    }
}

/// A path and the status that it has to answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    pub(crate) path: String,
    pub(crate) status: u16,
}

/// `[comment]`: whether and how the pull request's comment is written.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Comment {
    pub(crate) mode: CommentMode,
    pub(crate) logs: CommentLogs,
    pub(crate) notify: Notify,
}

/// What a pull request gets a comment of its own for: GitHub sends no mail about edits of the one comment.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Notify {
    /// Its preview serves for the first time.
    Ready,
    /// The production deployment of its merge failed.
    Failed,
    #[default]
    Off,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CommentMode {
    /// One comment, edited in place.
    #[default]
    Update,
    /// Deleted and written anew, so that it is the newest.
    Recreate,
    Off,
}

/// Which log lines a comment may show.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CommentLogs {
    /// All of them in a private repository; in a public one build and migration lines only.
    #[default]
    Auto,
    Always,
    Never,
}

impl Config {
    /// The file that previews are made from; empty: look in the usual places.
    pub(crate) fn preview_spec(&self) -> &str {
        match self.preview.spec.as_str() {
            "" => &self.spec,
            by_hand => by_hand,
        }
    }

    /// Every environment by its name, production first.
    pub(crate) fn targets(&self) -> impl Iterator<Item = (&str, &EnvironmentConfig)> {
        let named = self.environments.iter().map(|(name, target)| (name.as_str(), target));
        std::iter::once((PRODUCTION, &self.production)).chain(named)
    }

    /// The file that an environment is deployed from; empty: look in the usual places.
    pub(crate) fn spec_of<'a>(&'a self, target: &'a EnvironmentConfig) -> &'a str {
        match target.spec.as_str() {
            "" => &self.spec,
            own => own,
        }
    }

    /// Puts the place of a named environment's `branch` on a failure.
    pub(crate) fn located(&self, failure: Failure, environment: &str) -> Failure {
        match self.places.get(environment) {
            Some(place) => failure.at(&place.file, place.line, place.column),
            None => failure,
        }
    }

    /// What `production` or an `[environments.NAME]` says. `None`: there is no such environment.
    pub(crate) fn environment(&self, name: &str) -> Option<&EnvironmentConfig> {
        if name == PRODUCTION {
            return Some(&self.production);
        }
        self.environments.get(name)
    }
    /// The same, to be changed.
    pub(crate) fn environment_mut(&mut self, name: &str) -> Option<&mut EnvironmentConfig> {
        if name == PRODUCTION {
            return Some(&mut self.production);
        }
        self.environments.get_mut(name)
    }
}
