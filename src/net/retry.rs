//! When a request may be sent again, and how long to wait before it.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::error::Problem;

/// What repeating a request can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// GET, DELETE, and what sets a state that is the same however often it is set.
    Freely,
    /// Only when nothing can have happened: a refused connection, a rate limit.
    OnlyIfNotDone,
}

/// Tries beyond the first, with pauses of 1, 2, 4, 8 seconds and some jitter.
const RETRIES: usize = 4;

/// Longest pause that a server may ask for. A longer one ends the request: the job's own deadline is near.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_times(RETRIES)
        .with_jitter()
        .build()
}

/// How the server says that a limit is reached and when it ends. GitHub uses 403 for it too.
pub(super) fn asked_pause(status: u16, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let limited = status == 429
        || (status == 403 && (headers.contains_key("retry-after") || number("x-ratelimit-remaining") == Some(0)));
    if !limited {
        return None;
    }
    let seconds = number("retry-after")
        .or_else(|| {
            number("x-ratelimit-reset")
                .or_else(|| number("ratelimit-reset"))
                .map(|reset| reset - now.as_second())
        })
        .unwrap_or(60);
    Some(Duration::from_secs(seconds.max(1).unsigned_abs()))
}

/// Whether to send again, and after which pause. `None`: this is the end.
pub(super) fn next_pause(
    problem: &Problem,
    asked: Option<Duration>,
    repeat: Repeat,
    pauses: &mut impl Iterator<Item = Duration>,
) -> Option<Duration> {
    if let Some(asked) = asked {
        let pause = pauses.next()?;
        return (asked <= LONGEST_PAUSE).then_some(asked.max(pause));
    }
    let worth_it = match problem {
        Problem::Status { status: 500.., .. } | Problem::NotJson { .. } => repeat == Repeat::Freely,
        Problem::Status { .. } => false,
        Problem::Unreachable { sent, .. } => repeat == Repeat::Freely || !sent,
    };
    worth_it.then(|| pauses.next()).flatten()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::{Repeat, asked_pause, next_pause};
    use crate::net::error::{Problem, Unreachable};

    fn status(status: u16) -> Problem {
        Problem::Status {
            status,
            message: String::new(),
            request_id: None,
        }
    }

    fn again(problem: &Problem, repeat: Repeat) -> bool {
        next_pause(problem, None, repeat, &mut [Duration::ZERO].into_iter()).is_some()
    }

    #[test]
    fn a_mutation_is_repeated_only_when_nothing_can_have_happened() {
        let refused = Problem::Unreachable {
            reason: Unreachable::Refused,
            sent: false,
        };
        let broken = Problem::Unreachable {
            reason: Unreachable::Broken,
            sent: true,
        };
        assert!(again(&refused, Repeat::OnlyIfNotDone));
        assert!(!again(&broken, Repeat::OnlyIfNotDone));
        assert!(!again(&status(502), Repeat::OnlyIfNotDone));
        assert!(again(&status(502), Repeat::Freely));
        assert!(!again(&status(422), Repeat::Freely));
    }

    #[test]
    fn waits_as_long_as_the_server_asks() {
        let pause = |asked: u64, repeat| {
            let own = Duration::from_secs(4);
            next_pause(
                &status(429),
                Some(Duration::from_secs(asked)),
                repeat,
                &mut [own].into_iter(),
            )
        };
        // A limit was reached, so nothing has happened: mutations wait and come again, too.
        for repeat in [Repeat::Freely, Repeat::OnlyIfNotDone] {
            assert_eq!(pause(30, repeat), Some(Duration::from_secs(30)));
            assert_eq!(
                pause(1, repeat),
                Some(Duration::from_secs(4)),
                "never sooner than on its own"
            );
            assert_eq!(pause(900, repeat), Some(Duration::from_secs(900)));
            assert_eq!(pause(901, repeat), None, "longer than anybody waits");
        }
        let asked = Some(Duration::from_secs(1));
        let none_left = next_pause(&status(429), asked, Repeat::Freely, &mut std::iter::empty());
        assert_eq!(none_left, None, "the tries are used up");
    }

    #[test]
    fn tells_a_rate_limit_from_a_missing_permission() {
        let mut headers = HeaderMap::new();
        assert_eq!(asked_pause(403, &headers, Timestamp::UNIX_EPOCH), None);
        headers.insert("x-ratelimit-remaining", HeaderValue::from_static("0"));
        headers.insert("x-ratelimit-reset", HeaderValue::from_static("90"));
        assert_eq!(
            asked_pause(403, &headers, Timestamp::UNIX_EPOCH),
            Some(Duration::from_secs(90))
        );
        headers.insert("retry-after", HeaderValue::from_static("7"));
        assert_eq!(
            asked_pause(429, &headers, Timestamp::UNIX_EPOCH),
            Some(Duration::from_secs(7))
        );
    }
}
