//! Everything that is reported about one app: what comment, deployment, summary and outputs show.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::aftermath::Aftermath;
use super::commit::Sha;
use super::environment::Environment;
use super::failure::Failure;
use super::live::Live;
use super::words::Words;

/// What the reporter says of an app. `status` in the outputs follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Building,
    Ready,
    Failed,
    /// Nothing was done, for a reason that the notes give.
    Skipped,
    Removed,
    /// The result is unknown.
    Unknown,
    /// The run was cancelled or superseded before it could end.
    Cancelled,
}

impl State {
    /// The output `status`. A run that was cancelled does not know.
    pub(crate) fn output(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Removed => "removed",
            Self::Building | Self::Unknown | Self::Cancelled => "unknown",
        }
    }

    /// Of several apps, the state of the one with the greatest urgency is what heading and outputs speak of.
    pub(crate) fn urgency(self) -> u8 {
        match self {
            Self::Failed => 6,
            Self::Unknown => 5,
            Self::Cancelled => 4,
            Self::Building => 3,
            Self::Ready => 2,
            Self::Skipped => 1,
            Self::Removed => 0,
        }
    }

    /// The state that counts where there are several apps.
    pub(crate) fn of_all(reports: &[Report]) -> Self {
        let states = reports.iter().map(|report| report.state);
        states.max_by_key(|state| state.urgency()).unwrap_or(Self::Skipped)
    }
}

/// When a preview falls asleep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sleep {
    /// After so long without a request.
    After(Duration),
    /// Never, and why: `switched off in do-deploy.toml`, `this DigitalOcean account has no scale to zero`.
    Never(String),
}

/// Prices in US dollars for a month (DigitalOcean's 28 days), for all instances and databases of the app.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) awake: f64,
    /// When asleep all the time; `None` where the app does not sleep.
    pub(crate) asleep: Option<f64>,
}

/// What a preview stores its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// A file on the instance's disk, and so gone with it.
    Sqlite,
    /// The platform's development database.
    Development,
}

/// As it is shown to people.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Development => "development database (PostgreSQL), $7 a month",
        })
    }
}

/// One difference between production's spec and the preview's, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// ``dropped database `db` ``
    pub(crate) what: String,
    /// `previews use SQLite`
    pub(crate) why: String,
}

/// A spec, or the difference between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) title: String,
    /// What Markdown colours it as: `yaml`, `diff`.
    pub(crate) language: &'static str,
    pub(crate) lines: Vec<String>,
}

impl Listing {
    pub(crate) fn spec(title: impl Into<String>, text: &str) -> Self {
        Self::new(title, "yaml", text)
    }

    pub(crate) fn difference(title: impl Into<String>, text: &str) -> Self {
        Self::new(title, "diff", text)
    }

    fn new(title: impl Into<String>, language: &'static str, text: &str) -> Self {
        Self {
            title: title.into(),
            language,
            lines: text.lines().map(str::to_owned).collect(),
        }
    }
}

/// A deployment that is under way, for people who wait for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Underway {
    pub(crate) since: Option<Timestamp>,
    /// What the platform is doing: ``web: building``.
    pub(crate) step: Option<String>,
    /// How long the deployment took that serves until this one does.
    pub(crate) last_took: Option<Duration>,
}

/// A public component and its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) component: String,
    pub(crate) url: String,
}

/// Where a platform shows its deployments to people who may sign in there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages {
    /// As the platform calls itself: `App Platform`.
    pub(crate) name: &'static str,
    /// The address of the app with this id, or of one of its deployments.
    pub(crate) url: fn(&str, Option<&str>) -> String,
}

#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) app: String,
    /// Its name under `[apps]`, where the repository has several.
    pub(crate) key: Option<String>,
    /// The app's name in the repository's spec where it differs: `shop` of the preview `shop-pr-12`.
    pub(crate) preview_of: Option<String>,
    pub(crate) environment: Environment,
    pub(crate) state: State,
    pub(crate) url: Option<String>,
    /// Where each public component is, of an app that has several.
    pub(crate) routes: Vec<Route>,
    /// The commit that this run is about.
    pub(crate) commit: Option<Sha>,
    /// The commit that answers requests now, as far as it is known. Differs from `commit` while building,
    /// after a failure, or when the branch moved on.
    pub(crate) serving: Option<Sha>,
    /// The same in a sentence for the log, after a failure.
    pub(crate) serves_now: Option<String>,
    /// What this run's update took from the version that is still live, where its own did not take over.
    pub(crate) aftermath: Option<Aftermath>,
    /// The deployment that failed took requests before the failure showed, and when.
    pub(crate) was_live: Option<Live>,
    /// After a failure: it is known that no version of the app ever served.
    pub(crate) nothing_serves: bool,
    /// Nothing of the app is built from a commit of this repository, so that none can be said to serve.
    pub(crate) built_elsewhere: bool,
    /// What is known of a deployment that is under way.
    pub(crate) underway: Underway,
    /// Of a cancelled run: the newer commit that its place was taken by.
    pub(crate) superseded_by: Option<Sha>,
    pub(crate) duration: Option<Duration>,
    pub(crate) sleep: Option<Sleep>,
    pub(crate) cost: Option<Cost>,
    pub(crate) database: Option<Database>,
    pub(crate) failure: Option<Failure>,
    /// Whole sentences that belong below the facts: skip reasons, envs not set, rollback, newer head.
    pub(crate) notes: Vec<String>,
    pub(crate) changes: Vec<Change>,
    /// What a dry run would change, or how a pull request changes the app spec.
    pub(crate) listing: Option<Listing>,
    pub(crate) app_id: Option<String>,
    /// What the platform calls things. `None`: it is not known which one this is about.
    pub(crate) words: Option<&'static Words>,
    /// `None`: the platform is not one that has pages for people.
    pub(crate) pages: Option<Pages>,
    pub(crate) deployment_id: Option<String>,
}

impl Report {
    /// The name that stays the same over all pull requests.
    pub(crate) fn spec_name(&self) -> &str {
        self.preview_of.as_deref().unwrap_or(&self.app)
    }

    pub(crate) fn new(app: impl Into<String>, environment: Environment, state: State) -> Self {
        Self {
            app: app.into(),
            key: None,
            preview_of: None,
            environment,
            state,
            url: None,
            routes: Vec::new(),
            commit: None,
            serving: None,
            serves_now: None,
            aftermath: None,
            was_live: None,
            nothing_serves: false,
            built_elsewhere: false,
            underway: Underway::default(),
            superseded_by: None,
            duration: None,
            sleep: None,
            cost: None,
            database: None,
            failure: None,
            notes: Vec::new(),
            changes: Vec::new(),
            listing: None,
            app_id: None,
            words: None,
            pages: None,
            deployment_id: None,
        }
    }
}
