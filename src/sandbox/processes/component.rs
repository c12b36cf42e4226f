//! One service or worker as its instances share it: what it is, where its logs go, and who learns what happens to it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::plan::{Build, LaunchPlan};
use super::runner::Runner;
use crate::log::Log;

/// What the platform did to a service of its own accord.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServiceEvent {
    ScaledToZero { component: String },
    ScaledFromZero { component: String },
    InstanceRestarted { component: String },
}

/// Where a service's logs go: what it prints, and what instances printed that crashed or were restarted.
#[derive(Clone, Debug)]
pub(crate) struct RunLogs {
    pub(crate) run: Log,
    pub(crate) restarted: Log,
    /// Start, health-check results, exit codes: `DEPLOY`.
    pub(crate) deploy: Log,
}

#[derive(Debug)]
pub(super) struct Component {
    pub(super) runner: Arc<Runner>,
    pub(super) build: Build,
    pub(super) plan: LaunchPlan,
    pub(super) logs: RunLogs,
    pub(super) events: UnboundedSender<ServiceEvent>,
}

impl Component {
    pub(super) fn name(&self) -> &str {
        &self.plan.component
    }

    pub(super) fn say(&self, message: &str) {
        self.logs.deploy.push(self.name(), message);
    }

    pub(super) fn restarted(&self) {
        let component = self.name().to_owned();
        let _ = self.events.send(ServiceEvent::InstanceRestarted { component });
    }

    pub(super) fn scaled_to_zero(&self) {
        let component = self.name().to_owned();
        let _ = self.events.send(ServiceEvent::ScaledToZero { component });
    }

    pub(super) fn scaled_from_zero(&self) {
        let component = self.name().to_owned();
        let _ = self.events.send(ServiceEvent::ScaledFromZero { component });
    }
}

/// How long an instance may take to end after SIGTERM.
pub(super) fn grace(runner: &Runner, plan: &LaunchPlan) -> Duration {
    runner.clock.paced(plan.grace).max(Duration::from_secs(1))
}
