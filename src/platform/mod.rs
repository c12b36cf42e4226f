//! Neutral verbs over clouds, a folder per cloud.

mod app;
mod app_platform;
mod component;
pub(crate) mod deployment;
mod error;
mod log;
pub(crate) mod scopes;
mod words;

use jiff::Timestamp;
use reqwest::Url;
use serde_json::Value;

pub(crate) use app::App;
pub(crate) use app_platform::AppPlatform;
pub(crate) use component::{ComponentHealth, HealthState};
pub(crate) use deployment::{CauseKind, Deployment, Rollout, Validation};
pub(crate) use error::{PlatformError, Result};
pub(crate) use log::{LogKind, LogLine};
pub(crate) use words::Words;

use crate::model::own::OwnRepository;
use crate::model::report::{Cost, Pages};
use crate::model::rollout::Built;
use crate::redact::{Clean, Secret};
use crate::wait::{Deadline, Wait};

/// A cloud. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Platform {
    AppPlatform(AppPlatform),
}

impl Platform {
    /// DigitalOcean App Platform, reached at `base`.
    pub(crate) fn app_platform(base: Url, token: &Secret, wait: Wait) -> anyhow::Result<Self> {
        Ok(Self::AppPlatform(AppPlatform::new(base, token, wait)?))
    }

    /// The same cloud, deaf to cancellation: for the few requests that clean up after a signal.
    pub(crate) fn uncancellable(&self) -> Self {
        match self {
            Self::AppPlatform(cloud) => Self::AppPlatform(cloud.uncancellable()),
        }
    }

    /// The cloud's clock at its last reply.
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::AppPlatform(cloud) => cloud.now(),
        }
    }

    /// Its pages for people. `None`: this is a stand-in, which has none.
    pub(crate) fn pages(&self) -> Option<Pages> {
        match self {
            Self::AppPlatform(cloud) => cloud.pages(),
        }
    }

    /// Whether a rate limit has refused a request of this run: what is not needed is not asked for then.
    pub(crate) fn has_met_a_limit(&self) -> bool {
        match self {
            Self::AppPlatform(cloud) => cloud.has_met_a_limit(),
        }
    }

    /// The app of that name, read afresh.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<App>> {
        match self {
            Self::AppPlatform(cloud) => cloud.find(name).await,
        }
    }

    pub(crate) async fn app(&self, id: &str) -> Result<Option<App>> {
        match self {
            Self::AppPlatform(cloud) => cloud.app(id).await,
        }
    }

    /// Every app that the token can see.
    pub(crate) async fn list(&self) -> Result<Vec<App>> {
        match self {
            Self::AppPlatform(cloud) => cloud.list().await,
        }
    }

    /// Creates an app, in a project given by name or id. When the reply is lost, what it made is found by name and
    /// marks and taken up. `still`: as in `update`.
    pub(crate) async fn create(
        &self,
        spec: &Value,
        project: Option<&str>,
        still: impl AsyncFn() -> Result<()>,
    ) -> Result<Rollout> {
        match self {
            Self::AppPlatform(cloud) => cloud.create(spec, project, still).await,
        }
    }

    /// Replaces the app's whole spec and builds the newest source of every component.
    /// `still`: asked, like the app, before every further try; its error ends them.
    pub(crate) async fn update(&self, app: &App, spec: &Value, still: impl AsyncFn() -> Result<()>) -> Result<Rollout> {
        match self {
            Self::AppPlatform(cloud) => cloud.update(app, spec, still).await,
        }
    }

    /// Deploys the newest source with the spec that the app has. `force_build`: also what was built before.
    /// `still`: as in `update`.
    pub(crate) async fn redeploy(
        &self,
        app: &App,
        force_build: bool,
        still: impl AsyncFn() -> Result<()>,
    ) -> Result<Rollout> {
        match self {
            Self::AppPlatform(cloud) => cloud.redeploy(app, force_build, still).await,
        }
    }

    /// Follows a deployment to its end, whatever that is. Errors that may pass are tolerated until the deadline.
    pub(crate) async fn wait(
        &self,
        rollout: &Rollout,
        deadline: Deadline,
        on_change: &mut dyn FnMut(&Deployment),
    ) -> Result<Deployment> {
        match self {
            Self::AppPlatform(cloud) => cloud.wait(rollout, deadline, on_change).await,
        }
    }

    /// The deployment that counts now: the one in progress, else the active one.
    pub(crate) async fn current_deployment(&self, app_id: &str) -> Result<Option<Deployment>> {
        match self {
            Self::AppPlatform(cloud) => cloud.current_deployment(app_id).await,
        }
    }

    /// The app, once that deployment is the active one and it has a URL. `None`: it has no public component.
    pub(crate) async fn serving(&self, app_id: &str, deployment_id: &str, deadline: Deadline) -> Result<Option<App>> {
        match self {
            Self::AppPlatform(cloud) => cloud.serving(app_id, deployment_id, deadline).await,
        }
    }

    /// The last deployments, newest first.
    pub(crate) async fn deployments(&self, app_id: &str, limit: usize) -> Result<Vec<Deployment>> {
        match self {
            Self::AppPlatform(cloud) => cloud.deployments(app_id, limit).await,
        }
    }

    pub(crate) async fn cancel(&self, app_id: &str, deployment_id: &str) -> Result<()> {
        match self {
            Self::AppPlatform(cloud) => cloud.cancel(app_id, deployment_id).await,
        }
    }

    /// Removes the app and waits until it is gone. Fine if it was gone already. `still`: as in `update`.
    pub(crate) async fn destroy(
        &self,
        app_id: &str,
        deadline: Deadline,
        still: impl AsyncFn() -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::AppPlatform(cloud) => cloud.destroy(app_id, deadline, still).await,
        }
    }

    pub(crate) async fn health(&self, app_id: &str) -> Result<Vec<ComponentHealth>> {
        match self {
            Self::AppPlatform(cloud) => cloud.health(app_id).await,
        }
    }

    /// Whether the app sleeps; `None`: there is no evidence.
    pub(crate) async fn sleeping(&self, app_id: &str) -> Result<Option<bool>> {
        match self {
            Self::AppPlatform(cloud) => cloud.sleeping(app_id).await,
        }
    }

    /// The last `tail` lines of a log, of the active deployment if none is given. `None`: it was never written.
    pub(crate) async fn logs(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        tail: usize,
    ) -> Result<Option<Vec<LogLine>>> {
        match self {
            Self::AppPlatform(cloud) => cloud.logs(app_id, deployment, component, kind, tail).await,
        }
    }

    /// Hands over every line as it is written, until the log ends or the run is told to stop. `None`: there is no
    /// such log.
    pub(crate) async fn follow(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        component: Option<&str>,
        kind: LogKind,
        on_line: &mut dyn FnMut(LogLine),
    ) -> Result<Option<()>> {
        match self {
            Self::AppPlatform(cloud) => cloud.follow(app_id, deployment, component, kind, on_line).await,
        }
    }

    /// Brings an earlier deployment back. Unless `skip_pin`, new deployments are refused until `commit_rollback` or
    /// `revert_rollback`.
    pub(crate) async fn rollback(&self, app: &App, deployment_id: &str, skip_pin: bool) -> Result<Rollout> {
        match self {
            Self::AppPlatform(cloud) => cloud.rollback(app, deployment_id, skip_pin).await,
        }
    }

    pub(crate) async fn validate_rollback(
        &self,
        app_id: &str,
        deployment_id: &str,
        skip_pin: bool,
    ) -> Result<Validation> {
        match self {
            Self::AppPlatform(cloud) => cloud.validate_rollback(app_id, deployment_id, skip_pin).await,
        }
    }

    pub(crate) async fn commit_rollback(&self, app_id: &str) -> Result<()> {
        match self {
            Self::AppPlatform(cloud) => cloud.commit_rollback(app_id).await,
        }
    }

    /// The spec as the cloud would keep it, defaults filled in: comparable with a live app's. Touches nothing.
    pub(crate) async fn normalized(&self, spec: &Value, app_id: Option<&str>) -> Result<Value> {
        match self {
            Self::AppPlatform(cloud) => cloud.normalized(spec, app_id).await,
        }
    }

    /// US dollars for a month, awake and asleep.
    pub(crate) async fn cost(&self, spec: &Value, app_id: Option<&str>) -> Result<Cost> {
        match self {
            Self::AppPlatform(cloud) => cloud.cost(spec, app_id).await,
        }
    }

    /// What every component of a deployment was built from, where components of another repository prove nothing.
    pub(crate) fn built_from(&self, deployment: &Deployment, repository: &OwnRepository) -> Vec<(String, Built)> {
        match self {
            Self::AppPlatform(_) => app_platform::built_from(deployment, repository),
        }
    }

    /// A failed step in plain words, with what the exit code in its message means.
    pub(crate) fn explain(&self, code: &str, message: &Clean) -> Option<Words> {
        match self {
            Self::AppPlatform(_) => app_platform::explain(code, message),
        }
    }
}
