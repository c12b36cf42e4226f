//! How long requests may stay away because of rate limits, in all: only waiting uses it up.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Cheap to clone; all clones draw on the same time.
#[derive(Clone, Debug)]
pub(super) struct Patience(Arc<Mutex<Duration>>);

impl Patience {
    /// In real time.
    pub(super) fn of(duration: Duration) -> Self {
        Self(Arc::new(Mutex::new(duration)))
    }

    pub(super) fn left(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn spend(&self, waited: Duration) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_sub(waited);
    }
}
