//! Moving traffic to what is ready, making it the active deployment, and taking it back when it failed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::launch::private_route;
use super::{Builds, Failed, Rollout, routes};
use crate::clouds::app_platform::document::spec::Spec;
use crate::clouds::app_platform::domain::app::App;
use crate::clouds::app_platform::domain::deployment::Phase;
use crate::processes::service::Service;

type Services = BTreeMap<String, Arc<Service>>;

impl Rollout {
    /// All rules at once. The old instances still run: a job that fails now brings them back.
    pub(super) fn switch_traffic(&self, builds: &Builds) -> Result<(), Failed> {
        Ok(self.platform.with_app(&self.app, |app| {
            let services = self.next_services(app);
            app.edge.set_guard(self.spec.guard());
            app.edge.set_routes(routes::of(&self.spec, builds, &services));
            set_private_routes(app, &services);
        })?)
    }

    /// From here on it is what serves; the old instances drain.
    pub(super) fn activate(&self) -> Result<(), Failed> {
        let now = self.now();
        let old = self.platform.change_app(&self.app, |app| {
            if app
                .deployment(&self.deployment)
                .is_ok_and(|deployment| deployment.phase.is_terminal())
            {
                return Err(Failed);
            }
            let services = self.next_services(app);
            let serving = std::mem::replace(&mut app.serving, services);
            app.staged.clear();
            let before = app.active.replace(self.deployment.clone());
            let logs = before
                .as_deref()
                .and_then(|id| app.deployment(id).ok())
                .map(|old| old.logs.clone());
            if let Some(old) = before.and_then(|id| app.deployment_mut(&id).ok()) {
                old.enter(Phase::Superseded, now);
            }
            if let Ok(deployment) = app.deployment_mut(&self.deployment) {
                deployment.progress.succeed(&["deploy", "finalize"], now, None);
                deployment.enter(Phase::Active, now);
                if let (Some(logs), Some(restarted)) = (logs, &self.order.restart) {
                    for (_, component) in self.spec.components() {
                        if !restarted.is_empty() && !restarted.contains(&component.name) {
                            deployment.logs.adopt(&logs, &component.name);
                        }
                    }
                }
            }
            app.went_active.get_or_insert_with(Instant::now);
            let kept: Vec<_> = app.serving.values().map(Arc::as_ptr).collect();
            let old: Vec<_> = serving
                .into_values()
                .filter(|old| !kept.contains(&Arc::as_ptr(old)))
                .collect();
            Ok(old)
        })??;
        self.stop_in_background(old);
        Ok(())
    }

    /// Stops what this rollout has launched; what served before it keeps serving.
    pub(super) fn discard(&self) {
        let staged = self.platform.change_app(&self.app, |app| {
            let staged = std::mem::take(&mut app.staged);
            let before = app.active_deployment();
            let rules = before.and_then(|active| {
                let spec = Spec::view(&active.spec).ok()?;
                app.edge.set_guard(spec.guard());
                Some(routes::of(&spec, &active.builds, &app.serving))
            });
            app.edge.set_routes(rules.unwrap_or_default());
            let serving = app.serving.clone();
            set_private_routes(app, &serving);
            staged
        });
        self.stop_in_background(staged.unwrap_or_default().into_values().collect());
    }

    /// What serves after this deployment: what was launched, and what a restart of others leaves alone.
    fn next_services(&self, app: &App) -> Services {
        let mut services = match self.order.restart {
            Some(_) => app.serving.clone(),
            None => Services::new(),
        };
        services.extend(
            app.staged
                .iter()
                .map(|(name, service)| (name.clone(), Arc::clone(service))),
        );
        services
    }

    fn stop_in_background(&self, services: Vec<Arc<Service>>) {
        if services.is_empty() {
            return;
        }
        self.platform.in_background(async move {
            futures_util::future::join_all(services.iter().map(|service| service.stop())).await;
        });
    }
}

fn set_private_routes(app: &App, services: &Services) {
    for (name, edge) in &app.private {
        let routes = services.get(name).map(private_route);
        edge.set_routes(routes.into_iter().collect());
    }
}
