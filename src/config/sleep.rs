//! `[preview] sleep`: after how long without a request a preview scales to zero.

use std::ops::Range;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use toml::Spanned;

use super::{Place, duration};
use crate::model::failure::Failure;

/// What says more about every key.
const REFERENCE: &str = "every key, its default and its format are in do-deploy's `reference.toml`";

/// When a preview scales to zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SleepAfter {
    /// After an hour without a request, where a sleep costs SQLite's data after a day.
    Auto,
    Never,
    Duration(Wished),
}

/// A duration as somebody wrote it. Which ones there are differs from platform to platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wished {
    pub(crate) after: Duration,
    text: String,
    /// Bytes of the file.
    span: Range<usize>,
    place: Option<Place>,
}

impl Wished {
    /// A platform does not have it. `known`: what it has, such as "a duration from `10m` to `24h`".
    pub(crate) fn refused(&self, known: &str) -> Failure {
        let failure = Failure::input(format!(
            "invalid value: string {:?}, expected `auto`, `false`, or {known}",
            self.text
        ))
        .next(REFERENCE);
        match &self.place {
            Some(place) => failure.at(&place.file, place.line, place.column),
            None => failure,
        }
    }
}

impl SleepAfter {
    /// Remembers where it stands; `at` gives the place of a byte of the file.
    pub(super) fn locate(&mut self, at: impl Fn(usize) -> Place) {
        if let Self::Duration(wished) = self {
            wished.place = Some(at(wished.span.start));
        }
    }
}

/// `auto`, a duration above zero, or `false`.
pub(super) fn sleep<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SleepAfter, D::Error> {
    let written = Spanned::<Written>::deserialize(deserializer)?;
    let span = written.span();
    Ok(match written.into_inner() {
        Written::Auto => SleepAfter::Auto,
        Written::Never => SleepAfter::Never,
        Written::Duration(after, text) => SleepAfter::Duration(Wished {
            after,
            text,
            span,
            place: None,
        }),
    })
}

enum Written {
    Auto,
    Never,
    Duration(Duration, String),
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sleep;
        impl Visitor<'_> for Sleep {
            type Value = Written;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("`auto`, `false`, or a duration such as `1h`")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                match value {
                    true => Err(E::invalid_value(Unexpected::Bool(true), &self)),
                    false => Ok(Written::Never),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                if text == "auto" {
                    return Ok(Written::Auto);
                }
                duration::above_zero(text)
                    .map(|after| Written::Duration(after, text.to_owned()))
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Sleep)
    }
}
