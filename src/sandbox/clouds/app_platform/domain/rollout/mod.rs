//! The engine: takes one deployment from its commits to processes that serve.

mod bind;
mod build;
mod database;
mod jobs;
mod launch;
mod routes;
pub(crate) mod slots;
mod switch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::deployment::{Cause, Deployment, Phase};
use super::logs::LogKind;
use super::progress::Reason;
use crate::clouds::app_platform::document::component::{Component, Kind};
use crate::clouds::app_platform::document::spec::Spec;
use crate::clouds::app_platform::domain::platform::AppPlatform;
use crate::clouds::app_platform::refusal::Refusal;
use crate::log::Log;
use crate::processes::plan::{Build, StepError};

/// How long a deployment stays pending before the platform takes it up.
const TAKE_UP: Duration = Duration::from_millis(500);

/// How long after a failure the platform's own rollback begins.
const AUTO_ROLLBACK: Duration = Duration::from_secs(1);

/// One deployment on its way.
#[derive(Debug)]
pub(crate) struct Rollout {
    pub(crate) platform: Arc<AppPlatform>,
    pub(crate) app: String,
    pub(crate) deployment: String,
    pub(crate) spec: Spec,
    pub(crate) order: Order,
}

/// How this deployment differs from an ordinary one.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) force: bool,
    pub(crate) restart: Option<Vec<String>>,
}

/// A step has failed, and the progress tree says why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

/// The app was deleted or the deployment superseded: there is nothing left to fail.
impl From<Refusal> for Failed {
    fn from(_: Refusal) -> Self {
        Self
    }
}

impl Rollout {
    /// Runs to the end, or until it is stopped. What it launched is then gone.
    pub(crate) async fn run(self, mut stopped: watch::Receiver<bool>, before: Option<JoinHandle<()>>) {
        if let Some(before) = before {
            let _ended = before.await;
        }
        let finished = tokio::select! {
            biased;
            _ = stopped.wait_for(|&stop| stop) => false,
            () = self.to_the_end() => true,
        };
        if !finished {
            self.discard();
        }
        let _gone = self.platform.change_app(&self.app, |app| {
            app.rollout.take_if(|rollout| rollout.deployment == self.deployment);
        });
        self.roll_back_if_failed();
    }

    /// Where the account's rules say so. One that was itself such a rollback is not repeated.
    fn roll_back_if_failed(self) {
        let failed = self.change(|deployment| {
            deployment.phase == Phase::Error && deployment.cause != Cause::AutoRollback && !deployment.was_active
        });
        if !failed.unwrap_or_default() || !self.platform.account.rules().auto_rollback {
            return;
        }
        let platform = Arc::clone(&self.platform);
        self.platform.in_background(async move {
            tokio::time::sleep(platform.clock.paced(AUTO_ROLLBACK)).await;
            let _not_needed = platform.roll_back_automatically(&self.app, &self.deployment);
        });
    }

    async fn to_the_end(&self) {
        if self.steps().await.is_ok() {
            return;
        }
        self.discard();
        self.run_failure_jobs().await;
        let now = self.now();
        let _gone = self.change(|deployment| deployment.enter(Phase::Error, now));
    }

    /// The way of a deployment, step by step.
    async fn steps(&self) -> Result<(), Failed> {
        tokio::time::sleep(self.platform.clock.paced(TAKE_UP)).await;
        self.change(|deployment| deployment.started = true)?;
        let builds = self.build().await?;
        self.enter(Phase::PendingDeploy)?;
        self.start_step(&["deploy", "initialize"])?;
        self.enter(Phase::Deploying)?;
        self.succeed_step(&["deploy", "initialize"], None)?;
        if self.order.restart.is_none() {
            self.provision_databases().await?;
        }
        let bindings = self.bind().await?;
        if self.order.restart.is_none() && !self.spec.maintenance.archive {
            self.run_jobs("PRE_DEPLOY", &builds, &bindings).await?;
        }
        self.launch(&builds, &bindings).await?;
        self.start_step(&["deploy", "finalize"])?;
        self.switch_traffic(&builds)?;
        if self.order.restart.is_none() && !self.spec.maintenance.archive {
            self.run_jobs("POST_DEPLOY", &builds, &bindings).await?;
        }
        self.activate()
    }

    fn now(&self) -> Timestamp {
        self.platform.clock.now()
    }

    fn change<T>(&self, act: impl FnOnce(&mut Deployment) -> T) -> Result<T, Refusal> {
        self.platform.change_deployment(&self.app, &self.deployment, act)
    }

    fn enter(&self, phase: Phase) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|deployment| deployment.enter(phase, now))
    }

    fn start_step(&self, path: &[&str]) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|deployment| deployment.progress.start(path, now))
    }

    fn succeed_step(&self, path: &[&str], reason: Option<Reason>) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|deployment| deployment.progress.succeed(path, now, reason))
    }

    fn fail_step(&self, path: &[&str], error: &StepError) -> Failed {
        let now = self.now();
        let reason = Reason {
            code: error.code.to_owned(),
            message: error.message.clone(),
        };
        let _gone = self.change(|deployment| deployment.progress.fail(path, now, reason));
        Failed
    }

    fn log(&self, kind: LogKind, component: &str) -> Result<Log, Refusal> {
        let clock = self.platform.clock.clone();
        self.change(|deployment| deployment.logs.open(kind, component, &clock))
    }

    /// Components that this deployment builds and starts: all, or those that are restarted.
    fn components(&self) -> impl Iterator<Item = (Kind, &Component)> {
        self.spec
            .components()
            .filter(|(kind, component)| match &self.order.restart {
                None => !(*kind == Kind::Job && component.kind == "SCHEDULED"),
                Some(names) => kind.keeps_running() && (names.is_empty() || names.contains(&component.name)),
            })
    }
}

type Builds = BTreeMap<String, Build>;
