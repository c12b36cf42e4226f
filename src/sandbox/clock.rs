//! The sandbox's clock: the machine's, plus what `POST /_sandbox/clock` has added.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

/// Cheap to clone; all clones show the same time.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    advanced_seconds: Arc<AtomicI64>,
    moved: Arc<Notify>,
    pace: f64,
}

impl Clock {
    /// `pace` scales what the sandbox itself waits for (health-check budgets, back-off, the burst limit's minute).
    pub(crate) fn new(pace: f64) -> Self {
        Self {
            advanced_seconds: Arc::default(),
            moved: Arc::default(),
            pace,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let advanced = SignedDuration::from_secs(self.advanced_seconds.load(Ordering::SeqCst));
        Timestamp::now().saturating_add(advanced).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn advance(&self, seconds: u32) {
        self.advanced_seconds.fetch_add(i64::from(seconds), Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// Resolves when someone moves the clock.
    pub(crate) async fn moved(&self) {
        self.moved.notified().await;
    }

    /// A duration that the sandbox itself waits for, at this run's pace.
    pub(crate) fn paced(&self, duration: Duration) -> Duration {
        duration.mul_f64(self.pace)
    }
}
