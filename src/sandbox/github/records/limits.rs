//! The primary rate limit, counted on the sandbox's clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
const HOUR_SECONDS: i64 = 3_600;

/// Requests counted since the window opened.
#[derive(Clone, Copy, Debug)]
struct Window {
    opened: Timestamp,
    used: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Limits(Mutex<BTreeMap<String, Window>>);

/// Where a caller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u64,
    pub(crate) used: u64,
    /// Epoch seconds.
    pub(crate) reset: i64,
    pub(crate) exceeded: bool,
}

impl Limits {
    /// Counts `cost` requests (0: only asks).
    pub(crate) fn count(&self, key: &str, limit: u64, cost: u64, now: Timestamp) -> Standing {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(key.to_owned()).or_insert(Window { opened: now, used: 0 });
        if now.as_second() >= window.opened.as_second() + HOUR_SECONDS {
            *window = Window { opened: now, used: 0 };
        }
        let exceeded = cost > 0 && window.used >= limit;
        if !exceeded {
            window.used += cost;
        }
        Standing {
            limit,
            used: window.used,
            reset: window.opened.as_second() + HOUR_SECONDS,
            exceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Limits;

    #[test]
    fn refuses_beyond_the_limit_until_the_hour_is_over() {
        let limits = Limits::default();
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert!(!limits.count("o/r", 2, 1, at(100)).exceeded);
        assert!(!limits.count("o/r", 2, 1, at(110)).exceeded);
        let third = limits.count("o/r", 2, 1, at(3_699));
        assert!(third.exceeded && third.used == 2 && third.reset == 3_700);
        assert!(!limits.count("o/r", 2, 0, at(3_699)).exceeded, "asking is free");
        assert!(
            !limits.count("o/other", 2, 1, at(3_699)).exceeded,
            "another repository has its own"
        );
        assert_eq!(limits.count("o/r", 2, 1, at(3_700)).used, 1);
    }
}
