//! Neutral verbs over clouds, a folder per cloud.

mod app;
pub(crate) mod app_platform;
mod apply;
pub(crate) mod candidates;
mod capabilities;
pub(crate) mod clouds;
mod component;
pub(crate) mod deployment;
mod diagnosis;
pub(crate) mod dialect;
pub(crate) mod document;
mod error;
pub(crate) mod facts;
pub(crate) mod find;
pub(crate) mod inspection;
mod log;
pub(crate) mod manifest;
pub(crate) mod manifests;
mod offline;
mod outcome;
pub(crate) mod plan;
mod rollback;
pub(crate) mod scaffold;
pub(crate) mod source;

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

pub(crate) use app::App;
pub(crate) use apply::{Applied, Wanted};
pub(crate) use capabilities::Capabilities;
pub(crate) use component::{ComponentHealth, HealthState};
pub(crate) use deployment::{CauseKind, Deployment, Rollout};
pub(crate) use diagnosis::{Diagnosis, StepFailure};
pub(crate) use document::Document;
pub(crate) use error::{PlatformError, Result};
pub(crate) use facts::Facts;
pub(crate) use log::{LogKind, LogLine};
pub(crate) use manifest::Manifest;
pub(crate) use offline::Offline;
pub(crate) use outcome::Outcome;
pub(crate) use rollback::{Hold, WayBack};

use crate::model::report::{Cost, Pages};
pub(crate) use crate::model::words::Words;
use crate::wait::Deadline;

/// Asked before every further try of a mutation, because a limit may hold it up for minutes; its error ends the tries.
pub(crate) type Still<'a> = &'a (dyn Fn() -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> + 'a);

/// A cloud.
#[async_trait(?Send)]
pub(crate) trait Platform: std::fmt::Debug {
    /// The same cloud, deaf to cancellation: for the few requests that clean up after a signal.
    fn uncancellable(&self) -> Arc<dyn Platform>;

    /// The cloud's clock at its last reply.
    fn now(&self) -> Timestamp;

    /// Its pages for people. `None`: this is a stand-in, which has none.
    fn pages(&self) -> Option<Pages>;

    /// What it calls things.
    fn words(&self) -> &'static Words;

    fn capabilities(&self) -> Capabilities;

    /// Whether a rate limit has refused a request of this run: what is not needed is not asked for then.
    fn has_met_a_limit(&self) -> bool;

    /// The app of that name, read afresh.
    async fn find(&self, name: &str) -> Result<Option<App>>;

    async fn app(&self, id: &str) -> Result<Option<App>>;

    /// Every app that the token can see.
    async fn list(&self) -> Result<Vec<App>>;

    /// The document as the cloud would keep it, defaults filled in: comparable with a live app's. Touches nothing.
    ///
    /// # Errors
    /// What the cloud would refuse.
    async fn check(&self, document: &Document, app_id: Option<&str>) -> Result<Document>;

    /// Gives the app its whole document and builds the newest source of every component; creates it where none is
    /// `live`. When the reply is lost, what the request made is found and taken up.
    /// `still`: asked, like the app, before every further try; its error ends them.
    async fn apply(&self, live: Option<&App>, wanted: &Wanted<'_>, still: Still<'_>) -> Result<Applied>;

    /// Deploys the newest source with the document that the app has. `force_build`: also what was built before.
    /// `still`: as in `apply`.
    async fn redeploy(&self, app: &App, force_build: bool, still: Still<'_>) -> Result<Rollout>;

    /// Follows a deployment to its end, whatever that is. Errors that may pass are tolerated until the deadline.
    async fn follow(
        &self,
        rollout: &Rollout,
        deadline: Deadline,
        on_change: &mut dyn for<'d> FnMut(&'d Deployment),
    ) -> Result<Outcome>;

    /// The app, once that deployment is the active one and it has a URL. `None`: it has no public component.
    async fn serving(&self, app_id: &str, deployment_id: &str, deadline: Deadline) -> Result<Option<App>>;

    /// The last deployments, newest first.
    async fn deployments(&self, app_id: &str, limit: usize) -> Result<Vec<Deployment>>;

    async fn cancel(&self, app_id: &str, deployment_id: &str) -> Result<()>;

    /// Removes the app and waits until it is gone. Fine if it was gone already. `still`: as in `apply`.
    async fn destroy(&self, app_id: &str, deadline: Deadline, still: Still<'_>) -> Result<()>;

    async fn health(&self, app_id: &str) -> Result<Vec<ComponentHealth>>;

    /// The last `tail` lines of a log, of the active deployment if none is given. `None`: it was never written.
    async fn logs(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        tail: usize,
    ) -> Result<Option<Vec<LogLine>>>;

    /// Hands over every line as it is written, until the log ends or the run is cancelled. `None`: there is no
    /// such log.
    async fn follow_log(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        on_line: &mut dyn FnMut(LogLine),
    ) -> Result<Option<()>>;

    /// Whether the app could go back to an earlier deployment once nothing holds it. Touches nothing.
    async fn check_way_back(&self, app: &App, earlier: &Deployment, hold: Hold) -> Result<WayBack>;

    /// Brings an earlier deployment back.
    async fn roll_back(&self, app: &App, earlier: &Deployment, hold: Hold) -> Result<Rollout>;

    /// Takes off what a rollback holds the app with.
    async fn release(&self, app: &App) -> Result<()>;

    /// US dollars for a month, awake and asleep.
    async fn cost(&self, document: &Document, app_id: Option<&str>) -> Result<Cost>;

    /// The same by the platform's catalogue alone, asked for once in a run.
    async fn list_price(&self, document: &Document) -> Result<Cost>;
}

#[cfg(test)]
pub(crate) mod tests;
