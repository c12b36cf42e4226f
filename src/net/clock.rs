//! The server's clock, as the `Date` headers of its replies give it: ages are counted from it, not from this machine's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap};

/// Cheap to clone; all clones see the same replies.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// Of the first reply, in seconds since 1970; 0 before it.
    first: Arc<AtomicI64>,
    last: Arc<AtomicI64>,
}

impl Clock {
    pub(super) fn note(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        let Some(date) = date.and_then(|date| rfc2822::parse(date).ok()) else {
            return;
        };
        let second = date.timestamp().as_second();
        self.last.store(second, Ordering::Relaxed);
        // Only the first reply finds a zero.
        let _ = self
            .first
            .compare_exchange(0, second, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// At the last reply; this machine's time before the first.
    pub(super) fn now(&self) -> Timestamp {
        time(self.last.load(Ordering::Relaxed))
    }

    /// At the first reply; this machine's time before it.
    pub(super) fn begun(&self) -> Timestamp {
        time(self.first.load(Ordering::Relaxed))
    }
}

fn time(second: i64) -> Timestamp {
    match second {
        0 => Timestamp::now(),
        second => Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use reqwest::header::{DATE, HeaderMap, HeaderValue};

    use super::Clock;

    #[test]
    fn the_first_reply_stays_the_beginning() {
        let clock = Clock::default();
        let at = |second| Timestamp::from_second(second).expect("a time");
        for (date, now) in [
            ("Thu, 01 Jan 1970 00:00:10 GMT", 10),
            ("Thu, 01 Jan 1970 00:00:25 GMT", 25),
            ("soon", 25),
        ] {
            clock.note(&HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]));
            assert_eq!((clock.begun(), clock.now()), (at(10), at(now)), "{date}");
        }
    }
}
