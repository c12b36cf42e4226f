//! Creating, updating, proposing and deleting apps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::app::App;
use super::deployment::{Cause, Phase};
use super::deployments::Start;
use super::events::Event;
use super::platform::AppPlatform;
use crate::account::InactivitySleep;
use crate::clouds::app_platform::document::secrets::Vault;
use crate::clouds::app_platform::document::spec::Spec;
use crate::clouds::app_platform::document::{check, normalise};
use crate::clouds::app_platform::refusal::Refusal;
use crate::edge::Edge;
use crate::ids;
use crate::processes::component::ServiceEvent;
use crate::processes::service::Service;

/// What a proposal is answered with.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) spec: Value,
    pub(crate) view: Spec,
    pub(crate) name_available: bool,
    pub(crate) name_suggestion: Option<String>,
}

/// A spec that the platform takes.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) spec: Value,
    pub(crate) view: Spec,
    pub(crate) heads: BTreeMap<String, String>,
}

impl AppPlatform {
    /// Creates an app and starts its first deployment. Returns both ids.
    pub(crate) async fn create(
        self: &Arc<Self>,
        spec: Value,
        project: Option<String>,
    ) -> Result<(String, String), Refusal> {
        let mut prepared = self.prepare(spec).await?;
        let name = prepared.view.name.clone();
        self.refuse_taken(&name, None)?;
        let mut vault = Vault::default();
        vault.seal(&mut prepared.spec)?;
        let id = ids::uuid();
        let edge = Edge::open(&id)
            .await
            .map_err(|error| Refusal::Unprocessable(format!("no port for the app: {error}")))?;
        let now = self.clock.now();
        let (service_events, received) = unbounded_channel();
        let app = App {
            id,
            project_id: project.unwrap_or_else(|| self.default_project.clone()),
            spec: prepared.spec.clone(),
            created: now,
            updated: now,
            edge: Arc::new(edge),
            private: BTreeMap::new(),
            stream_token: ids::hex(40),
            deployments: Vec::new(),
            active: None,
            went_active: None,
            pinned: None,
            events: Vec::new(),
            service_events,
            vault,
            databases: BTreeMap::new(),
            serving: BTreeMap::new(),
            staged: BTreeMap::new(),
            rollout: None,
        };
        let id = app.id.clone();
        let limit = self.account.rules().app_limit;
        self.change_apps(|apps| {
            // Looked at again: another request may have been faster.
            if apps.iter().any(|app| app.name() == name) {
                return Err(Refusal::Conflict("App name already exists".to_owned()));
            }
            if limit.is_some_and(|limit| apps.len() >= limit) {
                return Err(Refusal::Exhausted(
                    "the account has reached its limit of apps".to_owned(),
                ));
            }
            apps.push(app);
            Ok(())
        })?;
        // Not in the background list: it ends with the last sender, that is with the app's last service.
        let _listener = tokio::spawn(listen(Arc::downgrade(self), id.clone(), received));
        let deployment = self.start(&id, Start::of(Cause::Created, prepared.heads))?;
        Ok((id, deployment))
    }

    /// Replaces the whole spec and starts a deployment. Without `all_sources` only new sources are resolved.
    pub(crate) async fn update(self: &Arc<Self>, id: &str, spec: Value, all_sources: bool) -> Result<String, Refusal> {
        self.with_app(id, |_| ())?;
        let mut prepared = self.prepare(spec).await?;
        self.refuse_taken(&prepared.view.name, Some(id))?;
        let commits = self.change_app(id, |app| {
            app.refuse_pinned()?;
            app.vault.seal(&mut prepared.spec)?;
            Ok::<_, Refusal>(if all_sources {
                prepared.heads
            } else {
                app.kept_commits(&prepared.view, prepared.heads)
            })
        })??;
        let start = Start {
            spec: Some(prepared.spec),
            ..Start::of(Cause::SpecUpdated, commits)
        };
        self.start(id, start)
    }

    /// Forgets the app at once; its processes and databases go in the background.
    pub(crate) fn delete(self: &Arc<Self>, id: &str) -> Result<(), Refusal> {
        let now = self.clock.now();
        let mut app = self.change_apps(|apps| {
            let place = apps.iter().position(|app| app.id == id).ok_or(Refusal::NotFound)?;
            Ok::<_, Refusal>(apps.remove(place))
        })?;
        self.retire(&app);
        let task = app.interrupt(Phase::Canceled, now);
        self.in_background(async move {
            app.edge.set_routes(Vec::new());
            if let Some(task) = task {
                let _ended = task.await;
            }
            let services: Vec<Arc<Service>> = app.serving.values().chain(app.staged.values()).cloned().collect();
            let databases: Vec<_> = app.databases.values().cloned().collect();
            drop(app);
            futures_util::future::join_all(services.iter().map(|service| service.stop())).await;
            for database in databases {
                database.destroy().await;
            }
        });
        Ok(())
    }

    /// What the platform would make of a spec. Nothing is changed.
    pub(crate) async fn propose(&self, spec: Value, app: Option<&str>) -> Result<Proposal, Refusal> {
        let mut prepared = self.prepare(spec).await?;
        let mut vault = match app {
            Some(id) => self.with_app(id, |app| app.vault.clone())?,
            None => Vault::default(),
        };
        vault.seal(&mut prepared.spec)?;
        let name = prepared.view.name.clone();
        let name_available = self.refuse_taken(&name, app).is_ok();
        let suggestion = || {
            let mut suggested = name.clone();
            suggested.truncate(26);
            format!("{suggested}-{}", ids::hex(5))
        };
        Ok(Proposal {
            name_suggestion: (!name_available).then(suggestion),
            name_available,
            spec: prepared.spec,
            view: prepared.view,
        })
    }

    /// Checks a spec, finds its sources, and writes it as the platform gives it back (secrets still plain).
    async fn prepare(&self, mut spec: Value) -> Result<Prepared, Refusal> {
        normalise::drop_nulls(&mut spec);
        check::check(&Spec::view(&spec)?)?;
        self.apply_sleep_rule(&mut spec)?;
        normalise::normalise(&mut spec);
        let view = Spec::view(&spec)?;
        let heads = self.repositories.heads(&view).await?;
        Ok(Prepared { spec, view, heads })
    }

    /// An account without scale to zero refuses the field, or drops it without a word.
    fn apply_sleep_rule(&self, spec: &mut Value) -> Result<(), Refusal> {
        let rule = self.account.rules().inactivity_sleep;
        let services = spec.get_mut("services").and_then(Value::as_array_mut);
        for (index, service) in services.into_iter().flatten().enumerate() {
            let Some(fields) = service.as_object_mut() else {
                continue;
            };
            match rule {
                InactivitySleep::On => {}
                InactivitySleep::Drop => {
                    fields.remove("inactivity_sleep");
                }
                InactivitySleep::Refuse if fields.contains_key("inactivity_sleep") => {
                    let why = "inactivity sleep is not enabled for this account";
                    return Err(Refusal::field(format!("services[{index}].inactivity_sleep"), why));
                }
                InactivitySleep::Refuse => {}
            }
        }
        Ok(())
    }

    fn refuse_taken(&self, name: &str, except: Option<&str>) -> Result<(), Refusal> {
        let taken = self.with_apps(|apps| {
            apps.iter()
                .any(|app| app.name() == name && Some(app.id.as_str()) != except)
        });
        if taken {
            return Err(Refusal::Conflict("App name already exists".to_owned()));
        }
        Ok(())
    }
}

impl App {
    /// Commits for a spec whose unchanged sources keep what was built last.
    fn kept_commits(&self, view: &Spec, mut heads: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let Some(last) = self.active_deployment().or_else(|| self.deployments.last()) else {
            return heads;
        };
        let Ok(before) = Spec::view(&last.spec) else {
            return heads;
        };
        for (_, component) in view.components() {
            let old = before.components().find(|(_, old)| old.name == component.name);
            let same = old.is_some_and(|(_, old)| old.git_source() == component.git_source());
            if let Some(commit) = last.commits.get(&component.name).filter(|_| same) {
                heads.insert(component.name.clone(), commit.clone());
            }
        }
        heads
    }

    /// While a rollback is pinned, nothing else is deployed.
    pub(crate) fn refuse_pinned(&self) -> Result<(), Refusal> {
        match &self.pinned {
            None => Ok(()),
            Some(pin) => Err(Refusal::Invalid(format!(
                "app is pinned to deployment {}; commit or revert the rollback first",
                pin.deployment
            ))),
        }
    }
}

/// Turns what happens to services into events of their app.
async fn listen(platform: std::sync::Weak<AppPlatform>, app: String, mut received: UnboundedReceiver<ServiceEvent>) {
    while let Some(event) = received.recv().await {
        let Some(platform) = platform.upgrade() else { return };
        let now = platform.clock.now();
        let _gone = platform.change_app(&app, |app| {
            let deployment = app.active.clone().unwrap_or_default();
            let replicas = match &event {
                ServiceEvent::ScaledToZero { component } | ServiceEvent::ScaledFromZero { component } => {
                    let view = Spec::view(&app.spec).unwrap_or_default();
                    let found = view.components().find(|(_, candidate)| candidate.name == *component);
                    found.map_or(1, |(_, component)| component.instances())
                }
                ServiceEvent::InstanceRestarted { .. } => 1,
            };
            app.events.extend(Event::of_service(event, &deployment, replicas, now));
        });
    }
}

/// How long the audit waits for teardowns that are under way, at the pace of real grace periods.
pub(crate) const TEARDOWN: Duration = Duration::from_secs(20);
