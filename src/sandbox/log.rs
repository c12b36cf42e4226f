//! A log that grows: kept whole for `historic_urls`, followed live over WebSockets.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::clock::Clock;

/// Lines as App Platform gives them: `component timestamp message`. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    clock: Clock,
    lines: Arc<Mutex<Vec<Arc<str>>>>,
    length: watch::Sender<usize>,
}

impl Log {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            lines: Arc::default(),
            length: watch::Sender::new(0),
        }
    }

    /// Appends one line of a component's output.
    pub(crate) fn push(&self, component: &str, message: &str) {
        let line = format!("{component} {} {message}", self.clock.now());
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line.into());
        self.length.send_replace(lines.len());
    }

    /// The lines from index `from` on.
    pub(crate) fn lines_from(&self, from: usize) -> Vec<Arc<str>> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.get(from..).unwrap_or_default().to_vec()
    }

    /// Tells how many lines there are, whenever that changes.
    pub(crate) fn growth(&self) -> watch::Receiver<usize> {
        self.length.subscribe()
    }
}
