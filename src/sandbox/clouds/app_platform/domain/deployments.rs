//! Starting, restarting and canceling deployments.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use super::app::{Pin, RunningRollout};
use super::deployment::{Cause, Deployment, Phase, Timing};
use super::events::Event;
use super::logs::DeploymentLogs;
use super::platform::AppPlatform;
use super::progress::Progress;
use super::rollout::{Order, Rollout};
use crate::clouds::app_platform::document::spec::Spec;
use crate::clouds::app_platform::refusal::Refusal;
use crate::ids;
use crate::processes::plan::Build;

/// What a new deployment begins with.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) cause: Cause,
    /// Becomes the app's spec. `None`: the app's spec as it is.
    pub(crate) spec: Option<Value>,
    /// Nothing else is deployed until it is committed or reverted.
    pub(crate) pin: bool,
    pub(crate) commits: BTreeMap<String, String>,
    /// Builds that are used again as they are.
    pub(crate) builds: BTreeMap<String, Build>,
    pub(crate) cloned_from: Option<String>,
    pub(crate) force: bool,
    /// Only these components are started anew; empty means all of them.
    pub(crate) restart: Option<Vec<String>>,
    /// Only while this deployment is still the newest one.
    pub(crate) following: Option<String>,
}

impl Start {
    pub(crate) fn of(cause: Cause, commits: BTreeMap<String, String>) -> Self {
        Self {
            cause,
            spec: None,
            pin: false,
            commits,
            builds: BTreeMap::new(),
            cloned_from: None,
            force: false,
            restart: None,
            following: None,
        }
    }
}

impl AppPlatform {
    /// Deploys the app's spec again, from the heads of its branches.
    pub(crate) async fn deploy(self: &Arc<Self>, app: &str, force: bool) -> Result<String, Refusal> {
        let spec = self.with_app(app, |app| app.refuse_pinned().map(|()| app.spec.clone()))??;
        let heads = self.repositories.heads(&Spec::view(&spec)?).await?;
        let start = Start {
            force,
            ..Start::of(Cause::Manual, heads)
        };
        self.start(app, start)
    }

    /// Starts instances anew without building: a deployment of its own.
    pub(crate) fn restart(self: &Arc<Self>, app: &str, components: Vec<String>) -> Result<String, Refusal> {
        let start = self.with_app(app, |app| {
            app.refuse_pinned()?;
            let Some(active) = app.active_deployment() else {
                return Err(Refusal::Invalid("app has no active deployment".to_owned()));
            };
            let view = Spec::view(&active.spec)?;
            for name in &components {
                if !view.components().any(|(_, component)| component.name == *name) {
                    return Err(Refusal::Invalid(format!("component \"{name}\" does not exist")));
                }
            }
            Ok(Start {
                builds: active.builds.clone(),
                cloned_from: Some(active.id.clone()),
                restart: Some(components),
                ..Start::of(Cause::Restart, active.commits.clone())
            })
        })??;
        self.start(app, start)
    }

    pub(crate) fn cancel(&self, app: &str, deployment: &str) -> Result<(), Refusal> {
        let now = self.clock.now();
        let task = self.change_app(app, |app| {
            let phase = app.deployment(deployment)?.phase;
            if phase.is_terminal() {
                let why = format!("cannot cancel a deployment in phase {}", phase.name());
                return Err(Refusal::Invalid(why));
            }
            Ok(app.interrupt(Phase::Canceled, now))
        })??;
        // The task discards what it has launched; nothing waits for it.
        drop(task);
        Ok(())
    }

    /// Makes a deployment of the app's spec and hands it to the engine. One that is under way is superseded.
    pub(crate) fn start(self: &Arc<Self>, app_id: &str, start: Start) -> Result<String, Refusal> {
        let now = self.clock.now();
        let id = ids::uuid();
        let (stop, stopped) = watch::channel(false);
        self.change_app(app_id, |app| {
            // All of it at once, so that two requests at the same time cannot mix.
            if !matches!(start.cause, Cause::Rollback | Cause::RollbackReverted) {
                app.refuse_pinned()?;
            }
            let newest = app.deployments.last().map(|newest| &newest.id);
            if start.following.is_some() && start.following.as_ref() != newest {
                return Err(Refusal::Conflict("another deployment was started meanwhile".to_owned()));
            }
            if let Some(spec) = start.spec {
                app.spec = spec;
                app.updated = now;
            }
            if start.pin {
                app.pinned = Some(Pin {
                    deployment: id.clone(),
                    before: app.active.clone(),
                });
            }
            let spec = match start.cause {
                // A restart is of what serves, whatever has become of the app's spec.
                Cause::Restart => app.active_deployment().map_or(&app.spec, |active| &active.spec).clone(),
                _ => app.spec.clone(),
            };
            let view = Spec::view(&spec)?;
            let before = app.interrupt(Phase::Superseded, now);
            app.deployments.push(Deployment {
                id: id.clone(),
                progress: Progress::of(&view, start.restart.as_deref()),
                spec,
                phase: Phase::PendingBuild,
                phase_updated: now,
                created: now,
                updated: now,
                cause: start.cause,
                previous: app.active.clone(),
                cloned_from: start.cloned_from,
                commits: start.commits,
                builds: start.builds,
                logs: DeploymentLogs::default(),
                timing: Timing::default(),
                started: false,
                was_active: false,
            });
            app.events.push(Event::deployment(&id, now));
            let rollout = Rollout {
                platform: Arc::clone(self),
                app: app_id.to_owned(),
                deployment: id.clone(),
                spec: view,
                order: Order {
                    force: start.force,
                    restart: start.restart,
                },
            };
            app.rollout = Some(RunningRollout {
                deployment: id.clone(),
                stop,
                task: tokio::spawn(rollout.run(stopped, before)),
            });
            Ok(id.clone())
        })?
    }
}
