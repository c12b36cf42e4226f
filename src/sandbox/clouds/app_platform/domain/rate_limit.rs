//! Requests that a token may make: 5,000 an hour and 250 a minute, both sliding.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// <https://docs.digitalocean.com/reference/api/intro/#rate-limit>
const AN_HOUR: usize = 5000;
const A_MINUTE: usize = 250;

/// What the reply's headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: usize,
    pub(crate) remaining: usize,
    /// Seconds since the epoch when the oldest request expires.
    pub(crate) reset: i64,
    pub(crate) verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Go,
    /// Too many this hour: the reply has no `retry-after`.
    HourSpent,
    /// Too many this minute. `retry_after` is in this platform's seconds.
    Burst {
        retry_after: u64,
    },
}

#[derive(Debug)]
pub(crate) struct RateLimit {
    clock: Clock,
    requests: Mutex<BTreeMap<String, VecDeque<Timestamp>>>,
}

impl RateLimit {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            requests: Mutex::default(),
        }
    }

    /// Counts one request of a token, unless it is refused.
    pub(crate) fn count(&self, token: &str) -> Standing {
        let now = self.clock.now();
        let minute = self.clock.paced(Duration::from_secs(60));
        let mut tokens = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let made = tokens.entry(token.to_owned()).or_default();
        count(made, now, minute)
    }
}

fn count(made: &mut VecDeque<Timestamp>, now: Timestamp, minute: Duration) -> Standing {
    let hour = SignedDuration::from_hours(1);
    while made.front().is_some_and(|&first| now.duration_since(first) >= hour) {
        made.pop_front();
    }
    let window = SignedDuration::try_from(minute).unwrap_or(SignedDuration::ZERO);
    let recent = made
        .iter()
        .rev()
        .take_while(|&&at| now.duration_since(at) < window)
        .count();
    let verdict = if made.len() >= AN_HOUR {
        Verdict::HourSpent
    } else if recent >= A_MINUTE {
        let oldest = made.get(made.len() - recent).copied().unwrap_or(now);
        let left = window - now.duration_since(oldest);
        let share = left.as_secs_f64() / minute.as_secs_f64().max(f64::MIN_POSITIVE);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 60"
        )]
        let retry_after = (share * 60.0).ceil().clamp(1.0, 60.0) as u64;
        Verdict::Burst { retry_after }
    } else {
        made.push_back(now);
        Verdict::Go
    };
    let oldest = made.front().copied().unwrap_or(now);
    Standing {
        limit: AN_HOUR,
        remaining: match verdict {
            Verdict::Go => AN_HOUR - made.len(),
            _ => 0,
        },
        reset: oldest.as_second() + 3600,
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn the_251st_of_a_minute_gets_a_retry_after() {
        let mut made = VecDeque::new();
        let minute = Duration::from_secs(60);
        for _ in 0..250 {
            assert_eq!(count(&mut made, at(0), minute).verdict, Verdict::Go);
        }
        let refused = count(&mut made, at(20), minute);
        assert_eq!(refused.verdict, Verdict::Burst { retry_after: 40 });
        assert_eq!(refused.remaining, 0);
        assert_eq!(count(&mut made, at(60), minute).verdict, Verdict::Go);
    }

    #[test]
    fn an_accelerated_minute_counts_in_its_own_seconds() {
        let mut made = VecDeque::from(vec![at(0); 250]);
        let refused = count(&mut made, at(3), Duration::from_secs(6));
        assert_eq!(refused.verdict, Verdict::Burst { retry_after: 30 });
    }

    #[test]
    fn an_hour_slides() {
        let mut made: VecDeque<_> = (0..5000).map(|second| at(second / 2)).collect();
        let refused = count(&mut made, at(3000), Duration::from_secs(60));
        assert_eq!(refused.verdict, Verdict::HourSpent);
        assert_eq!(refused.reset, at(3600).as_second());
        assert_eq!(count(&mut made, at(3600), Duration::from_secs(60)).verdict, Verdict::Go);
    }
}
