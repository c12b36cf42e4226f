//! When a request may be sent again, and how long to wait before it.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::Method;

use super::error::Problem;

/// What repeating a request can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// GET, DELETE, and what sets a state that is the same however often it is set.
    Freely,
    /// Only when nothing can have happened: a refused connection.
    OnlyIfNotDone,
}

impl Repeat {
    /// Of a request that does not say it: what HTTP itself allows of its method.
    pub(super) fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::DELETE => Self::Freely,
            _ => Self::OnlyIfNotDone,
        }
    }
}

/// Tries beyond the first, with pauses of 1, 2, 4, 8 seconds and some jitter.
const RETRIES: usize = 4;

pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(1))
        .with_max_times(RETRIES)
        .with_jitter()
        .build()
}

/// Whether to send again after an error, and after which pause. `None`: this is the end. A limit is no error: `limit.rs`.
pub(super) fn next_pause(
    problem: &Problem,
    repeat: Repeat,
    pauses: &mut impl Iterator<Item = Duration>,
) -> Option<Duration> {
    let worth_it = match problem {
        Problem::Status { status: 500.., .. } | Problem::NotJson { .. } => repeat == Repeat::Freely,
        Problem::Status { .. } | Problem::Limited { .. } => false,
        Problem::Unreachable { sent, .. } => repeat == Repeat::Freely || !sent,
    };
    worth_it.then(|| pauses.next()).flatten()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::Method;

    use super::{RETRIES, Repeat, next_pause, pauses};
    use crate::net::error::{Problem, Unreachable};

    fn status(status: u16) -> Problem {
        Problem::Status {
            status,
            message: String::new(),
            request_id: None,
        }
    }

    fn again(problem: &Problem, repeat: Repeat) -> bool {
        next_pause(problem, repeat, &mut [Duration::ZERO].into_iter()).is_some()
    }

    /// Runs that fail together do not come back together.
    #[test]
    fn every_pause_doubles_and_has_a_random_share() {
        let sequences: Vec<Vec<Duration>> = (0..50).map(|_| pauses().collect()).collect();
        for sequence in &sequences {
            assert_eq!(sequence.len(), RETRIES);
            for (pause, least) in sequence.iter().zip([1, 2, 4, 8]) {
                let least = Duration::from_secs(least);
                assert!((least..=least * 2).contains(pause), "{pause:?} for {least:?}");
            }
        }
        for at in 0..RETRIES {
            let mut pauses: Vec<Duration> = sequences.iter().map(|sequence| sequence[at]).collect();
            pauses.sort();
            pauses.dedup();
            assert!(pauses.len() > 40, "{} of 50 differ", pauses.len());
        }
    }

    #[test]
    fn a_request_that_does_not_say_so_is_no_mutation_to_repeat() {
        for (method, repeat) in [
            (Method::GET, Repeat::Freely),
            (Method::DELETE, Repeat::Freely),
            (Method::POST, Repeat::OnlyIfNotDone),
            (Method::PUT, Repeat::OnlyIfNotDone),
            (Method::PATCH, Repeat::OnlyIfNotDone),
        ] {
            assert_eq!(Repeat::of(&method), repeat, "{method}");
        }
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
}
