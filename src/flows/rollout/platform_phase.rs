//! What the platform does while a flow waits for it, as phases whose time is measured.

use tracing::Span;

use crate::model::rollout::{Stage, Step, StepStatus};

/// Open while the platform builds, then while it deploys.
pub(super) struct PlatformPhase {
    _open: Span,
    deploys: bool,
}

impl PlatformPhase {
    pub(super) fn begin() -> Self {
        Self {
            _open: tracing::debug_span!(target: "phase", "build"),
            deploys: false,
        }
    }

    /// Takes note of the steps as they are now.
    pub(super) fn see(&mut self, steps: &[Step]) {
        let has_begun = |step: &Step| step.stage == Stage::Deploy && step.status != StepStatus::Pending;
        if !self.deploys && steps.iter().any(has_begun) {
            self.deploys = true;
            self._open = tracing::debug_span!(target: "phase", "deploy");
        }
    }
}
