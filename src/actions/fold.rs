//! What a run's log is folded into, by the phase that the lines belong to.

use std::fmt;

use crate::model::rollout::Stage;

/// A fold of the log, by its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Plan,
    Build,
    Deploy,
    Checks,
    Rollback,
    Removal,
}

impl From<Stage> for Fold {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Build => Self::Build,
            Stage::Deploy => Self::Deploy,
        }
    }
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
