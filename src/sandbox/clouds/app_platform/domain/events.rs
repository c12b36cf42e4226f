//! What happened to an app: deployments, and services that went to sleep or woke.

use jiff::Timestamp;

use crate::ids;
use crate::processes::component::ServiceEvent;

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    /// For an autoscaling event the deployment that was scaled.
    pub(crate) deployment: String,
    pub(crate) scaling: Option<Scaling>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scaling {
    pub(crate) component: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) metric: &'static str,
}

impl Event {
    pub(crate) fn deployment(deployment: &str, now: Timestamp) -> Self {
        Self {
            id: ids::uuid(),
            created: now,
            deployment: deployment.to_owned(),
            scaling: None,
        }
    }

    /// `None` for what the platform does not list as an event. `replicas` is how many the service has when awake.
    pub(crate) fn of_service(event: ServiceEvent, deployment: &str, replicas: u64, now: Timestamp) -> Option<Self> {
        let scaling = match event {
            ServiceEvent::ScaledToZero { component } => Scaling {
                component,
                from: replicas,
                to: 0,
                metric: "scale_to_zero",
            },
            ServiceEvent::ScaledFromZero { component } => Scaling {
                component,
                from: 0,
                to: replicas,
                metric: "scale_from_zero",
            },
            ServiceEvent::InstanceRestarted { .. } => return None,
        };
        Some(Self {
            scaling: Some(scaling),
            ..Self::deployment(deployment, now)
        })
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.scaling.is_some() {
            "AUTOSCALING"
        } else {
            "DEPLOYMENT"
        }
    }
}
