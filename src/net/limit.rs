//! Recognises that a rate limit refused a request, and decides how long to stay away.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::HeaderMap;

use super::error::Problem;
use super::limit_end::LimitEnd;

/// Pause where the server does not say how long: DigitalOcean's burst limit counts a minute
/// (<https://docs.digitalocean.com/reference/api/intro/#rate-limit>), and GitHub asks for at least one, and for longer
/// ones while its secondary limit goes on refusing
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>).
const MINUTE: Duration = Duration::from_secs(60);

/// Longest pause that we choose ourselves, after several refusals in a row.
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// Longest pause that is taken from a server at its word. Windows last an hour.
const BELIEVED: i64 = 24 * 60 * 60;

/// Runs that were refused together come back spread over this time, and over twice as much each time that they are
/// refused again, up to four times as much.
const SPREAD: Duration = Duration::from_secs(30);

/// The problem as what it is: a limit that was reached, where it is one. GitHub answers with 403, too.
pub(super) fn recognise(problem: Problem, headers: &HeaderMap, now: Timestamp) -> Problem {
    match problem {
        Problem::Status {
            status,
            message,
            request_id,
        } if is_limit(status, headers, &message) => {
            let back = when_to_return(headers, &message, now);
            Problem::Limited {
                status,
                message,
                request_id,
                back,
                ends: back.ends(now),
            }
        }
        other => other,
    }
}

fn is_limit(status: u16, headers: &HeaderMap, message: &str) -> bool {
    let words = message.to_ascii_lowercase();
    match status {
        429 => true,
        // A missing permission may be noticed with the very last request of the window.
        403 if words.contains("resource not accessible") => false,
        403 => {
            headers.contains_key("retry-after")
                || number(headers, "x-ratelimit-remaining") == Some(0)
                || words.contains("rate limit")
        }
        _ => false,
    }
}

fn when_to_return(headers: &HeaderMap, message: &str, now: Timestamp) -> LimitEnd {
    let seconds = |seconds: i64| Duration::from_secs(seconds.clamp(0, BELIEVED).unsigned_abs());
    let until = |reset: i64| seconds(reset.saturating_sub(now.as_second()));
    // In GitHub's order: `retry-after`, then the reset of a used-up window, then a minute or more.
    // <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>
    if let Some(asked) = retry_after(headers, now) {
        return LimitEnd::After(seconds(asked));
    }
    if number(headers, "x-ratelimit-remaining") == Some(0)
        && let Some(reset) = number(headers, "x-ratelimit-reset")
    {
        return LimitEnd::After(until(reset));
    }
    if message.to_ascii_lowercase().contains("secondary rate limit") {
        return LimitEnd::Secondary;
    }
    number(headers, "ratelimit-reset").map_or(LimitEnd::Unsaid, |reset| LimitEnd::Perhaps(until(reset)))
}

/// Seconds, or a date: <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    let date = || rfc2822::parse(text).ok().map(|date| date.timestamp());
    text.parse()
        .ok()
        .or_else(|| Some(date()?.as_second().saturating_sub(now.as_second())))
}

/// How many more requests the server allows, where it says so.
pub(super) fn left(headers: &HeaderMap) -> Option<i64> {
    let remaining = ["ratelimit-remaining", "x-ratelimit-remaining"];
    remaining.iter().find_map(|name| number(headers, name))
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// How long to stay away after `refused` earlier refusals; `share` is a random number from 0 to 1.
pub(super) fn pause(back: LimitEnd, refused: u32, share: f64) -> Duration {
    let growing = MINUTE.saturating_mul(1 << refused.min(10)).min(LONGEST);
    let least = match back {
        LimitEnd::After(asked) => asked,
        LimitEnd::Perhaps(asked) => asked.min(growing),
        LimitEnd::Secondary => growing,
        LimitEnd::Unsaid => MINUTE,
    };
    least + SPREAD.saturating_mul(1 << refused.min(2)).mul_f64(share)
}

/// Whether staying away for as long as the server asks leaves a run with `remaining` time another try.
pub(super) fn ends_before(back: LimitEnd, remaining: Duration, pace: f64) -> bool {
    match back {
        LimitEnd::After(asked) => asked.mul_f64(pace) < remaining,
        LimitEnd::Perhaps(_) | LimitEnd::Secondary | LimitEnd::Unsaid => !remaining.is_zero(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{ends_before, pause, recognise};
    use crate::net::error::Problem;
    use crate::net::limit_end::LimitEnd;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// When to come back, of a reply at second 1000; `None`: no limit was reached.
    fn read(status: u16, message: &str, headers: &[(&'static str, &'static str)]) -> Option<LimitEnd> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let problem = Problem::Status {
            status,
            message: message.to_owned(),
            request_id: None,
        };
        let now = Timestamp::from_second(1_000).expect("a time");
        match recognise(problem, &headers, now) {
            Problem::Limited { back, .. } => Some(back),
            _ => None,
        }
    }

    #[test]
    fn a_limit_says_when_to_come_back() {
        let after = |s| Some(LimitEnd::After(seconds(s)));
        let perhaps = |s| Some(LimitEnd::Perhaps(seconds(s)));
        for (status, headers, back) in [
            (429, &[] as &[_], Some(LimitEnd::Unsaid)),
            (429, &[("retry-after", "29"), ("ratelimit-reset", "4600")], after(29)),
            (429, &[("retry-after", "0")], after(0)),
            (429, &[("retry-after", "-5")], after(0)),
            (429, &[("retry-after", "Thu, 01 Jan 1970 00:17:10 GMT")], after(30)),
            (429, &[("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT")], after(0)),
            (429, &[("retry-after", "99999999999")], after(86_400)),
            (429, &[("retry-after", "soon")], Some(LimitEnd::Unsaid)),
            // DigitalOcean's hour: the header of the burst is missing.
            (
                429,
                &[("ratelimit-remaining", "0"), ("ratelimit-reset", "4600")],
                perhaps(3_600),
            ),
            (429, &[("ratelimit-reset", "900")], perhaps(0)),
            // GitHub's two limits.
            (
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090")],
                after(90),
            ),
            (
                429,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090")],
                after(90),
            ),
            (
                429,
                &[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "4000")],
                Some(LimitEnd::Unsaid),
            ),
            (403, &[("retry-after", "60")], after(60)),
            (403, &[("x-ratelimit-remaining", "7")], None),
            (503, &[("retry-after", "60")], None),
        ] {
            assert_eq!(read(status, "", headers), back, "{status} {headers:?}");
        }
    }

    #[test]
    fn githubs_secondary_limit_is_known_by_its_words() {
        let words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        assert_eq!(read(403, words, &[]), Some(LimitEnd::Secondary));
        let hour = [("x-ratelimit-remaining", "900"), ("x-ratelimit-reset", "4000")];
        assert_eq!(read(429, words, &hour), Some(LimitEnd::Secondary));
        assert_eq!(
            read(403, words, &[("retry-after", "60")]),
            Some(LimitEnd::After(seconds(60)))
        );
    }

    #[test]
    fn a_missing_permission_is_no_limit_even_with_the_last_request_of_the_hour() {
        let words = "Resource not accessible by integration";
        assert_eq!(read(403, words, &[]), None);
        assert_eq!(read(403, words, &[("x-ratelimit-remaining", "0")]), None);
        assert_eq!(
            read(403, "You are missing the required permission app:create", &[]),
            None
        );
        assert_eq!(read(422, "API rate limit", &[]), None);
    }

    #[test]
    fn never_back_too_early_and_never_all_at_once() {
        let growing = [60, 120, 240, 300, 300];
        for (refused, spread) in (0..).zip([30, 60, 120, 120, 120]) {
            for (back, least) in [
                (LimitEnd::After(seconds(29)), 29),
                (LimitEnd::After(seconds(3_000)), 3_000),
                (LimitEnd::Perhaps(seconds(10)), 10),
                (LimitEnd::Perhaps(seconds(3_000)), growing[refused as usize]),
                (LimitEnd::Secondary, growing[refused as usize]),
                (LimitEnd::Unsaid, 60),
            ] {
                let ends = (pause(back, refused, 0.0), pause(back, refused, 1.0));
                assert_eq!(ends, (seconds(least), seconds(least + spread)), "{back:?} {refused}");
            }
        }
        assert_eq!(pause(LimitEnd::Secondary, u32::MAX, 0.0), seconds(300));
    }

    #[test]
    fn a_limit_that_outlasts_the_run_is_not_waited_for() {
        assert!(ends_before(LimitEnd::After(seconds(60)), seconds(90), 1.0));
        assert!(!ends_before(LimitEnd::After(seconds(60)), seconds(30), 1.0));
        assert!(ends_before(LimitEnd::After(seconds(60)), seconds(30), 0.1), "paced");
        assert!(
            ends_before(LimitEnd::Perhaps(seconds(3_600)), seconds(30), 1.0),
            "it may be the burst's"
        );
        assert!(ends_before(LimitEnd::Unsaid, seconds(1), 1.0));
        assert!(!ends_before(LimitEnd::Unsaid, Duration::ZERO, 1.0));
    }

    /// Numbers as headers have them, numbers that no header has, and anything else that is printable.
    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            "[0-9]{1,5}",
            any::<i64>().prop_map(|number| number.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
            "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
            "[ -~]{0,20}",
        ]
    }

    proptest! {
        #[test]
        fn whatever_a_limit_says_it_is_waited_for_a_day_at_most_and_never_too_short(
            status in prop_oneof![Just(403_u16), Just(429), 400..600_u16],
            values in prop::collection::vec(prop::option::of(value()), 4),
            message in "[ -~]{0,40}",
            now in 0..4_000_000_000_i64,
            refused in any::<u32>(),
            share in 0.0..1.0_f64,
        ) {
            let names = ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit-reset"];
            let mut headers = HeaderMap::new();
            for (name, value) in names.into_iter().zip(&values) {
                if let Some(value) = value {
                    headers.insert(name, HeaderValue::from_str(value).expect("printable"));
                }
            }
            let problem = Problem::Status { status, message, request_id: None };
            let now = Timestamp::from_second(now).expect("a time");
            let recognised = recognise(problem.clone(), &headers, now);
            if !matches!(status, 403 | 429) {
                prop_assert_eq!(&recognised, &problem);
            }
            prop_assert!(status != 429 || recognised != problem, "429 is always a limit");
            if let Problem::Limited { back, ends, .. } = recognised {
                let wait = pause(back, refused, share);
                prop_assert!(wait <= seconds(86_400 + 120), "{:?}", wait);
                if let LimitEnd::After(asked) = back {
                    prop_assert!(wait >= asked);
                    let ends = ends.expect("the server says when");
                    prop_assert_eq!(ends.duration_since(now).unsigned_abs(), asked);
                    prop_assert!(ends >= now);
                } else {
                    prop_assert_eq!(ends, None);
                }
            }
        }
    }
}
