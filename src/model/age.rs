//! How old something is.

use std::time::Duration;

use jiff::Timestamp;

/// Two services whose clocks differ by more cannot both be right: something in between answers for one of them.
pub(crate) const CLOCKS_APART: Duration = Duration::from_secs(60 * 60);

/// What is dated in the future has no age.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::age;

    #[test]
    fn what_is_dated_in_the_future_has_no_age() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        for (now, then, seconds) in [(100, 40, 60), (100, 100, 0), (40, 100, 0), (0, 5_000_000_000, 0)] {
            assert_eq!(age(at(now), at(then)), Duration::from_secs(seconds), "{now} {then}");
        }
    }
}
