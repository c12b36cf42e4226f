//! A log that grows: kept whole for `historic_urls`, followed live over WebSockets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::clock::Clock;

/// Most lines that are kept; an endless loop of prints must not eat the machine's memory.
const MOST_LINES: usize = 20_000;
/// Most text that is kept, in bytes, for the same reason.
const MOST_BYTES: usize = 16 << 20;

/// Lines as App Platform gives them: `component timestamp message`. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    clock: Clock,
    kept: Arc<Mutex<Kept>>,
    length: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Arc<str>>,
    bytes: usize,
    /// How many lines came before the first one that is kept.
    dropped: usize,
}

impl Kept {
    fn push(&mut self, line: Arc<str>) {
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.lines.len() > MOST_LINES || (self.bytes > MOST_BYTES && self.lines.len() > 1) {
            if let Some(oldest) = self.lines.pop_front() {
                self.bytes -= oldest.len();
                self.dropped += 1;
            }
        }
    }

    fn total(&self) -> usize {
        self.dropped + self.lines.len()
    }
}

impl Log {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            kept: Arc::default(),
            length: watch::Sender::new(0),
        }
    }

    /// Appends one line of a component's output.
    pub(crate) fn push(&self, component: &str, message: &str) {
        let line = format!("{component} {} {message}", self.clock.now());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(line.into());
        self.length.send_replace(kept.total());
    }

    /// The lines from index `from` on. Where old lines were dropped, one line in their place says how many.
    pub(crate) fn lines_from(&self, from: usize) -> Vec<Arc<str>> {
        self.read(from).0
    }

    /// The lines from index `from` on, and the index to continue from. It is not always `from` plus the number of
    /// lines, because one notice stands for all dropped lines.
    pub(crate) fn read(&self, from: usize) -> (Vec<Arc<str>>, usize) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Vec::new();
        if from < kept.dropped {
            let missing = kept.dropped - from;
            lines.push(format!("sandbox {} {missing} older lines were dropped", self.clock.now()).into());
        }
        lines.extend(kept.lines.iter().skip(from.saturating_sub(kept.dropped)).cloned());
        (lines, kept.total())
    }

    /// Sends the number of lines whenever it changes.
    pub(crate) fn growth(&self) -> watch::Receiver<usize> {
        self.length.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_oldest_lines_and_says_how_many() {
        let log = Log::new(Clock::new(1.0));
        for number in 0..MOST_LINES + 5 {
            log.push("web", &number.to_string());
        }
        let (lines, next) = log.read(2);
        assert_eq!(next, MOST_LINES + 5);
        assert_eq!(lines.len(), MOST_LINES + 1);
        assert!(lines[0].ends_with("3 older lines were dropped"));
        assert!(lines[1].ends_with(" 5"));
        assert!(log.lines_from(next).is_empty());
    }
}
