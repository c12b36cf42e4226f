//! A deployment in motion and how it ended, in words that fit any platform.

use super::commit::Sha;

/// What the platform is doing with a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Queued,
    Building,
    Deploying,
    Active,
    Failed,
    Cancelled,
    /// Another deployment took its place.
    Superseded,
    /// A phase that this program does not know, in the platform's word.
    Other(String),
}

impl Phase {
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Active | Self::Failed | Self::Cancelled | Self::Superseded)
    }
}

/// One component's step as the log shows it: `web: building`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) component: String,
    pub(crate) stage: Stage,
    pub(crate) doing: String,
    pub(crate) status: StepStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepStatus {
    Pending,
    Running,
    Done,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Build,
    Deploy,
}

/// What a component was built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Built {
    Commit(Sha),
    /// An image by digest.
    Digest(String),
    /// Nothing that could prove a version: an image by tag, a function, a foreign repository.
    Unprovable,
}

impl Built {
    /// Of what the components of a deployment were built from, by name.
    pub(crate) fn first_commit(components: &[(String, Self)]) -> Option<&Sha> {
        components.iter().find_map(|(_, built)| match built {
            Self::Commit(sha) => Some(sha),
            Self::Digest(_) | Self::Unprovable => None,
        })
    }
}
