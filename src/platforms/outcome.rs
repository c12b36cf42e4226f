//! How a deployment ended, and what the platform put in its place.

use super::deployment::{Deployment, Rollout};

#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It took over.
    Active(Deployment),
    /// It failed or was cancelled, and never took requests.
    Failed {
        deployment: Deployment,
        /// The platform is going back on its own.
        rollback: Option<Rollout>,
    },
    /// Another deployment took its place.
    Superseded {
        deployment: Deployment,
        /// `None`: which one is not known.
        by: Option<Box<Deployment>>,
    },
}

impl Outcome {
    /// The deployment that was followed.
    pub(crate) fn deployment(&self) -> &Deployment {
        match self {
            Self::Active(deployment) | Self::Failed { deployment, .. } | Self::Superseded { deployment, .. } => {
                deployment
            }
        }
    }
}
