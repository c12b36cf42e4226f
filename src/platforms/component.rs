//! How one component of an app is doing, in the cloud's own opinion.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComponentHealth {
    pub(crate) name: String,
    pub(crate) state: HealthState,
    /// Instances that are ready.
    pub(crate) ready: u64,
    /// Instances that should be.
    pub(crate) desired: u64,
}

impl ComponentHealth {
    /// Whether the app that they make up sleeps.
    pub(crate) fn is_asleep(components: &[Self]) -> bool {
        components.iter().any(|it| it.state == HealthState::Asleep)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HealthState {
    Healthy,
    Unhealthy,
    /// Scaled to zero until the next request.
    Asleep,
    Unknown,
}
