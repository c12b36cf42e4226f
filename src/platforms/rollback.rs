//! Going back to an earlier deployment: whether the platform would, and what holds the app there.

/// What keeps an app at the deployment that a rollback brings back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Nothing: the next deployment takes its place.
    Nothing,
    /// A pin, where the platform has such: new deployments are refused until the app is released.
    Pin,
}

/// What the platform says of a way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WayBack {
    /// Why it would refuse. `None`: it would not.
    pub(crate) objection: Option<String>,
    pub(crate) warnings: Vec<String>,
}
