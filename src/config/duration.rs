//! Durations as people write them: `75m`, `14d`, `1h 30m`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::de::{Deserializer, Error, Unexpected, Visitor};

use super::SleepAfter;

/// What App Platform accepts for `inactivity_sleep.after_seconds`.
/// <https://github.com/digitalocean/godo/blob/main/apps.gen.go>
const SLEEP_SECONDS: std::ops::RangeInclusive<u64> = 600..=86_400;

const EXAMPLES: &str = "a duration such as `90s`, `75m`, `1h 30m` or `14d`";

fn parse(text: &str) -> Option<Duration> {
    let span: Span = text.trim().parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(duration).ok()
}

/// A duration above zero.
pub(super) fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Positive;
    impl Visitor<'_> for Positive {
        type Value = Duration;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str(EXAMPLES)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
            parse(text)
                .filter(|duration| !duration.is_zero())
                .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Positive)
}

/// `auto`, a duration that the platform accepts for falling asleep, or `false`.
pub(super) fn sleep<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SleepAfter, D::Error> {
    struct Sleep;
    impl Visitor<'_> for Sleep {
        type Value = SleepAfter;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("`auto`, `false`, or a duration from `10m` to `24h`")
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
            if value {
                return Err(E::invalid_value(Unexpected::Bool(true), &self));
            }
            Ok(SleepAfter::Never)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            if text == "auto" {
                return Ok(SleepAfter::Auto);
            }
            parse(text)
                .filter(|duration| SLEEP_SECONDS.contains(&duration.as_secs()))
                .map(SleepAfter::Duration)
                .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Sleep)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations_as_people_write_them() {
        for (text, seconds) in [
            ("75m", Some(4_500)),
            ("14d", Some(1_209_600)),
            ("1h 30m", Some(5_400)),
            ("90 s", Some(90)),
            ("-5m", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(parse(text).map(|duration| duration.as_secs()), seconds, "{text}");
        }
    }
}
