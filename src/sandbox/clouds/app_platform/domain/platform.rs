//! One account of the platform: its apps, and what all of them share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::app::App;
use super::deployment::{Deployment, Phase};
use super::rate_limit::RateLimit;
use super::rollout::slots::BuildSlots;
use crate::account::Account;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::clouds::app_platform::document::sources::Repositories;
use crate::clouds::app_platform::refusal::Refusal;
use crate::ids;
use crate::processes::runner::Runner;

/// One account of the platform. Everything that an API does goes through here.
#[derive(Debug)]
pub(crate) struct AppPlatform {
    pub(crate) clock: Clock,
    pub(crate) account: Account,
    changes: Changes,
    pub(crate) runner: Arc<Runner>,
    pub(crate) repositories: Repositories,
    pub(crate) rates: RateLimit,
    pub(crate) began: jiff::Timestamp,
    pub(crate) account_uuid: String,
    pub(crate) default_project: String,
    pub(super) slots: BuildSlots,
    apps: Mutex<Vec<App>>,
    /// Secrets of apps that are gone: they must not turn up later either.
    retired: Mutex<Vec<String>>,
    /// What goes on after a reply: draining, teardown.
    background: Mutex<Vec<JoinHandle<()>>>,
}

impl AppPlatform {
    pub(crate) fn new(
        clock: Clock,
        account: Account,
        changes: Changes,
        runner: Arc<Runner>,
        repositories: Repositories,
    ) -> Arc<Self> {
        Arc::new(Self {
            rates: RateLimit::new(clock.clone()),
            began: clock.now(),
            clock,
            account,
            changes,
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
    pub(crate) fn with_apps<T>(&self, read: impl FnOnce(&[App]) -> T) -> T {
        read(&self.apps.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change_apps<T>(&self, act: impl FnOnce(&mut Vec<App>) -> T) -> T {
        let result = act(&mut self.apps.lock().unwrap_or_else(PoisonError::into_inner));
        self.changes.bump();
        result
    }

    pub(crate) fn with_app<T>(&self, id: &str, read: impl FnOnce(&App) -> T) -> Result<T, Refusal> {
        self.with_apps(|apps| {
            let app = apps.iter().find(|app| app.id == id);
            app.map(read).ok_or(Refusal::NotFound)
        })
    }

    pub(crate) fn change_app<T>(&self, id: &str, act: impl FnOnce(&mut App) -> T) -> Result<T, Refusal> {
        self.change_apps(|apps| {
            let app = apps.iter_mut().find(|app| app.id == id);
            app.map(act).ok_or(Refusal::NotFound)
        })
    }

    pub(crate) fn with_deployment<T>(
        &self,
        app: &str,
        deployment: &str,
        read: impl FnOnce(&Deployment) -> T,
    ) -> Result<T, Refusal> {
        self.with_app(app, |app| app.deployment(deployment).map(read))?
    }

    pub(crate) fn change_deployment<T>(
        &self,
        app: &str,
        deployment: &str,
        act: impl FnOnce(&mut Deployment) -> T,
    ) -> Result<T, Refusal> {
        self.change_app(app, |app| app.deployment_mut(deployment).map(act))?
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

    pub(super) fn retire(&self, app: &App) {
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.extend(app.vault.plain_texts().map(str::to_owned));
    }

    /// Stops everything that runs, and waits for it.
    pub(crate) async fn shutdown(&self) {
        let now = self.clock.now();
        let mut apps = self.change_apps(std::mem::take);
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
