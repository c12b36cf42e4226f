//! One app: its spec, its deployments, and the processes that serve for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::deployment::{Deployment, Phase};
use super::events::Event;
use crate::clock::Clock;
use crate::clouds::app_platform::document::secrets::Vault;
use crate::clouds::app_platform::refusal::Refusal;
use crate::edge::Edge;
use crate::processes::component::ServiceEvent;
use crate::processes::postgres::Postgres;
use crate::processes::service::Service;

/// How long after `ACTIVE` the live URL appears in replies, as long as the platform takes.
const LIVE_URL_DELAY: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) project_id: String,
    /// With secrets sealed.
    pub(crate) spec: Value,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) edge: Arc<Edge>,
    /// Where other components reach a service: an edge of its own, so that its address outlives deployments.
    pub(crate) private: BTreeMap<String, Arc<Edge>>,
    /// Authenticates live log streams.
    pub(crate) stream_token: String,
    /// Oldest first.
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) active: Option<String>,
    pub(crate) went_active: Option<Instant>,
    pub(crate) pinned: Option<Pin>,
    pub(crate) events: Vec<Event>,
    pub(crate) service_events: UnboundedSender<ServiceEvent>,
    pub(crate) vault: Vault,
    pub(crate) databases: BTreeMap<String, Arc<Postgres>>,
    pub(crate) serving: BTreeMap<String, Arc<Service>>,
    /// Launched by the running rollout, not serving yet.
    pub(crate) staged: BTreeMap<String, Arc<Service>>,
    pub(crate) rollout: Option<RunningRollout>,
}

/// A rollback that is neither committed nor reverted.
#[derive(Clone, Debug)]
pub(crate) struct Pin {
    pub(crate) deployment: String,
    /// What served before the rollback.
    pub(crate) before: Option<String>,
}

#[derive(Debug)]
pub(crate) struct RunningRollout {
    pub(crate) deployment: String,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) task: JoinHandle<()>,
}

impl App {
    pub(crate) fn name(&self) -> &str {
        self.spec.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn deployment(&self, id: &str) -> Result<&Deployment, Refusal> {
        let found = self.deployments.iter().find(|deployment| deployment.id == id);
        found.ok_or(Refusal::NotFound)
    }

    pub(crate) fn deployment_mut(&mut self, id: &str) -> Result<&mut Deployment, Refusal> {
        let found = self.deployments.iter_mut().find(|deployment| deployment.id == id);
        found.ok_or(Refusal::NotFound)
    }

    pub(crate) fn active_deployment(&self) -> Option<&Deployment> {
        self.deployment(self.active.as_deref()?).ok()
    }

    /// The one that the engine works on.
    pub(crate) fn in_progress(&self) -> Option<&Deployment> {
        let last = self.deployments.last()?;
        (last.started && !last.phase.is_terminal()).then_some(last)
    }

    /// The one that the engine has not taken up yet.
    pub(crate) fn pending(&self) -> Option<&Deployment> {
        let last = self.deployments.last()?;
        (!last.started && last.phase == Phase::PendingBuild).then_some(last)
    }

    /// Whether the live URL is reported yet.
    pub(crate) fn shows_live_url(&self, clock: &Clock) -> bool {
        let delay = clock.paced(LIVE_URL_DELAY);
        self.went_active.is_some_and(|since| since.elapsed() >= delay)
    }

    /// Ends the deployment that is under way, if there is one, and returns its task.
    pub(crate) fn interrupt(&mut self, phase: Phase, now: Timestamp) -> Option<JoinHandle<()>> {
        let rollout = self.rollout.take()?;
        if let Ok(deployment) = self.deployment_mut(&rollout.deployment) {
            deployment.enter(phase, now);
        }
        rollout.stop.send_replace(true);
        Some(rollout.task)
    }
}
