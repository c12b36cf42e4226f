//! The instances of one service or worker: started, watched, put to sleep, woken, drained.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::Runner;
use super::plan::{Build, LaunchPlan, StepError};
use crate::sandbox::log::Log;

/// What happened to a service without anybody asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServiceEvent {
    ScaledToZero { component: String },
    ScaledFromZero { component: String },
    InstanceRestarted { component: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceStatus {
    pub(crate) desired: u32,
    pub(crate) ready: u32,
    pub(crate) asleep: bool,
    /// Names of running instances, as `web-7d9f6c5b8-x2x4q`.
    pub(crate) instances: Vec<String>,
    /// Resident memory of all instances, in bytes.
    pub(crate) memory_bytes: u64,
}

#[derive(Debug)]
pub(crate) struct Service {}

/// Where a service's logs go: what it prints, and what instances printed that crashed or were restarted.
#[derive(Clone, Debug)]
pub(crate) struct RunLogs {
    pub(crate) run: Log,
    pub(crate) restarted: Log,
    /// Start, health-check results, exit codes: `DEPLOY`.
    pub(crate) deploy: Log,
}

impl Service {
    /// Starts all instances and waits until each is ready. On an error, and when the future is dropped, nothing of
    /// it is left running.
    pub(crate) async fn launch(
        _runner: Arc<Runner>,
        _build: Build,
        _plan: LaunchPlan,
        _logs: RunLogs,
        _events: UnboundedSender<ServiceEvent>,
    ) -> Result<Arc<Self>, StepError> {
        todo!()
    }

    pub(crate) fn status(&self) -> ServiceStatus {
        todo!()
    }

    /// For the edge: where to send the next request (round robin over ready instances), after waking the service
    /// if it sleeps. Counts as activity until the guard is dropped.
    pub(crate) async fn upstream(&self) -> Result<SocketAddr, StepError> {
        todo!()
    }

    /// Drains, sends SIGTERM, waits for the grace period, kills.
    pub(crate) async fn stop(&self) {
        todo!()
    }
}
