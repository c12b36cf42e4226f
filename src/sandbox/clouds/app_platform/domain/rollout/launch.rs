//! Starting services and workers beside those that serve, and waiting until they are ready.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::build::non_empty;
use super::{Builds, Failed, Rollout};
use crate::clouds::app_platform::document::component::{self, Component, Kind};
use crate::clouds::app_platform::document::envs::{self, Bindings, Stage};
use crate::clouds::app_platform::domain::logs::LogKind;
use crate::edge::{Route, Target};
use crate::processes;
use crate::processes::component::RunLogs;
use crate::processes::plan::{HealthCheck, LaunchPlan};
use crate::processes::service::Service;
use crate::processes::traffic::Origin;

impl Rollout {
    /// All at once. One that fails ends the deployment after the others have ended too.
    pub(super) async fn launch(&self, builds: &Builds, bindings: &Bindings) -> Result<(), Failed> {
        let components: Vec<_> = self.components().collect();
        let launches = components.iter().map(|(kind, component)| async {
            let deploy = ["deploy", "components", component.name.as_str(), "deploy"];
            let wait = ["deploy", "components", component.name.as_str(), "wait"];
            match kind {
                Kind::Job if component.kind == "FAILED_DEPLOY" => Ok(()),
                // There is nothing to start, and that is done.
                _ if self.spec.maintenance.archive => {
                    self.succeed_step(&deploy, None)?;
                    Ok(self.succeed_step(&wait, None)?)
                }
                Kind::Job => Ok(()),
                Kind::Service | Kind::Worker => self.launch_one(*kind, component, builds, bindings).await,
                Kind::StaticSite | Kind::Function => {
                    self.start_step(&deploy)?;
                    Ok(self.succeed_step(&deploy, None)?)
                }
            }
        });
        join_all(launches).await.into_iter().collect()
    }

    async fn launch_one(
        &self,
        kind: Kind,
        component: &Component,
        builds: &Builds,
        bindings: &Bindings,
    ) -> Result<(), Failed> {
        let name = component.name.as_str();
        let deploy = ["deploy", "components", name, "deploy"];
        let wait = ["deploy", "components", name, "wait"];
        let build = builds.get(name).ok_or(Failed)?.clone();
        self.start_step(&deploy)?;
        let runner_kind = match kind {
            Kind::Worker => processes::plan::Kind::Worker,
            _ => processes::plan::Kind::Service,
        };
        let plan = self.launch_plan(runner_kind, component, bindings)?;
        let logs = RunLogs {
            run: self.log(LogKind::Run, name)?,
            restarted: self.log(LogKind::RunRestarted, name)?,
            deploy: self.log(LogKind::Deploy, name)?,
        };
        let events = self.platform.with_app(&self.app, |app| app.service_events.clone())?;
        self.succeed_step(&deploy, None)?;
        self.start_step(&wait)?;
        match Service::launch(Arc::clone(&self.platform.runner), build, plan, logs, events).await {
            Ok(service) => {
                self.stage(name, &service)?;
                Ok(self.succeed_step(&wait, None)?)
            }
            Err(error) => Err(self.fail_step(&wait, &error)),
        }
    }

    /// Ready, but without traffic. Its neighbours reach it at once if nothing served at that address yet.
    fn stage(&self, name: &str, service: &Arc<Service>) -> Result<(), Failed> {
        let staged = self.platform.change_app(&self.app, |app| {
            app.staged.insert(name.to_owned(), Arc::clone(service));
            if let Some(edge) = app.private.get(name).filter(|_| !app.serving.contains_key(name)) {
                edge.set_routes(vec![private_route(service)]);
            }
        });
        if staged.is_err() {
            let service = Arc::clone(service);
            self.platform.in_background(async move { service.stop().await });
        }
        Ok(staged?)
    }

    pub(super) fn launch_plan(
        &self,
        kind: processes::plan::Kind,
        component: &Component,
        bindings: &Bindings,
    ) -> Result<LaunchPlan, Failed> {
        let vault = self.platform.with_app(&self.app, |app| app.vault.clone())?;
        let seconds = |value: Option<u64>, default: u64| Duration::from_secs(value.unwrap_or(default));
        let sleep = component.inactivity_sleep.as_ref();
        Ok(LaunchPlan {
            component: component.name.clone(),
            kind,
            run_command: non_empty(&component.run_command),
            envs: envs::of(&self.spec, component, Stage::Run, &vault, bindings),
            instances: u32::try_from(component.instances()).unwrap_or(1),
            http_port: component
                .http_port
                .and_then(|port| u16::try_from(port).ok())
                .unwrap_or(8080),
            readiness: health_check(component.health_check.as_ref(), 0, 9),
            liveness: component
                .liveness_health_check
                .as_ref()
                .map(|check| health_check(Some(check), 5, 18)),
            drain: seconds(component.termination.drain_seconds, 15),
            grace: seconds(component.termination.grace_period_seconds, 120),
            inactivity_sleep: sleep.and_then(|sleep| sleep.after_seconds).map(Duration::from_secs),
        })
    }
}

pub(super) fn private_route(service: &Arc<Service>) -> Route {
    Route {
        host: None,
        prefix: "/".to_owned(),
        exact: false,
        target: Target::Service {
            service: Arc::clone(service),
            preserve_path_prefix: true,
            rewrite: None,
            origin: Origin::Inside,
            loading_page: false,
        },
    }
}

/// With the documented defaults, of which only the delay and the threshold differ between the two checks.
fn health_check(check: Option<&component::HealthCheck>, delay: u64, failures: u32) -> HealthCheck {
    let default = component::HealthCheck::default();
    let check = check.unwrap_or(&default);
    let path = if check.http_path.is_empty() {
        &check.path
    } else {
        &check.http_path
    };
    let seconds = |value: Option<u64>, default: u64| Duration::from_secs(value.filter(|&v| v > 0).unwrap_or(default));
    let times = |value: Option<u64>, default: u32| {
        let given = value
            .filter(|&value| value > 0)
            .and_then(|value| u32::try_from(value).ok());
        given.unwrap_or(default)
    };
    HealthCheck {
        http_path: non_empty(path),
        port: check
            .port
            .filter(|&port| port > 0)
            .and_then(|port| u16::try_from(port).ok()),
        initial_delay: seconds(check.initial_delay_seconds, delay),
        period: seconds(check.period_seconds, 10),
        timeout: seconds(check.timeout_seconds, 1),
        success_threshold: times(check.success_threshold, 1),
        failure_threshold: times(check.failure_threshold, failures),
    }
}
