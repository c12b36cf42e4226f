//! Durations as people write them: `75m`, `14d`, `1h 30m`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::de::{Deserializer, Error, Unexpected, Visitor};

const EXAMPLES: &str = "a duration such as `90s`, `75m`, `1h 30m` or `14d`";

fn parse(text: &str) -> Option<Duration> {
    let span: Span = text.trim().parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(duration).ok()
}

pub(super) fn above_zero(text: &str) -> Option<Duration> {
    parse(text).filter(|duration| !duration.is_zero())
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
            above_zero(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Positive)
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
