//! The domain model of the stand-in platform: apps, their deployments, and the engine that makes them real.

pub(crate) mod app;
pub(crate) mod apps;
pub(crate) mod deployment;
pub(crate) mod deployments;
pub(crate) mod events;
pub(crate) mod logs;
pub(crate) mod progress;
pub(crate) mod rate_limit;
pub(crate) mod rollback;
pub(crate) mod rollout;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use self::app::App;
use self::deployment::{Deployment, Phase};
use self::rate_limit::RateLimit;
use self::rollout::slots::BuildSlots;
use super::document::sources::Repositories;
use super::refusal::Refusal;
use crate::account::Account;
use crate::clock::Clock;
use crate::ids;
use crate::processes::Runner;

/// One account of the platform. Everything that an API does goes through here.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) account: Account,
    pub(crate) runner: Arc<Runner>,
    pub(crate) repositories: Repositories,
    pub(crate) rates: RateLimit,
    pub(crate) began: jiff::Timestamp,
    pub(crate) account_uuid: String,
    pub(crate) default_project: String,
    slots: BuildSlots,
    apps: Mutex<Vec<App>>,
    /// Secrets of apps that are gone: they must not turn up later either.
    retired: Mutex<Vec<String>>,
    /// What goes on after a reply: draining, teardown.
    background: Mutex<Vec<JoinHandle<()>>>,
}

impl World {
    pub(crate) fn new(clock: Clock, account: Account, runner: Arc<Runner>, repositories: Repositories) -> Arc<Self> {
        Arc::new(Self {
            rates: RateLimit::new(clock.clone()),
            began: clock.now(),
            clock,
            account,
            runner,
            repositories,
            account_uuid: ids::uuid(),
            default_project: ids::uuid(),
            slots: BuildSlots::default(),
            apps: Mutex::default(),
            retired: Mutex::default(),
            background: Mutex::default(),
        })
    }

    /// All apps, in the order of their creation.
    pub(crate) fn with_apps<T>(&self, act: impl FnOnce(&mut Vec<App>) -> T) -> T {
        act(&mut self.apps.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn with_app<T>(&self, id: &str, act: impl FnOnce(&mut App) -> T) -> Result<T, Refusal> {
        self.with_apps(|apps| {
            let app = apps.iter_mut().find(|app| app.id == id);
            app.map(act).ok_or(Refusal::NotFound)
        })
    }

    pub(crate) fn with_deployment<T>(
        &self,
        app: &str,
        deployment: &str,
        act: impl FnOnce(&mut Deployment) -> T,
    ) -> Result<T, Refusal> {
        self.with_app(app, |app| app.deployment_mut(deployment).map(act))?
    }

    /// Lets something go on after the reply. The audit waits for it, the end of the sandbox cuts it.
    pub(crate) fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.background.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(tokio::spawn(work));
    }

    /// Waits until nothing goes on in the background, at most so long.
    pub(crate) async fn settle(&self, longest: Duration) {
        let deadline = tokio::time::Instant::now() + longest;
        loop {
            let task = self.background.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut task) = task else { return };
            if tokio::time::timeout_at(deadline, &mut task).await.is_err() {
                self.background
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(task);
                return;
            }
        }
    }

    /// Plain texts of all secrets of all apps that ever were, for the audit.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut secrets = self.retired.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.with_apps(|apps| {
            let texts = apps.iter().flat_map(|app| app.vault.plain_texts());
            secrets.extend(texts.map(str::to_owned));
        });
        secrets
    }

    fn retire(&self, app: &App) {
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.extend(app.vault.plain_texts().map(str::to_owned));
    }

    /// Stops everything that runs, and waits for it.
    pub(crate) async fn shutdown(&self) {
        let now = self.clock.now();
        let mut apps = self.with_apps(std::mem::take);
        for app in &mut apps {
            if let Some(task) = app.interrupt(Phase::Canceled, now) {
                let _ended = task.await;
            }
        }
        for database in apps.iter().flat_map(|app| app.databases.values()) {
            database.destroy().await;
        }
        self.runner.shutdown().await;
        let tasks = std::mem::take(&mut *self.background.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task.abort();
        }
    }
}
