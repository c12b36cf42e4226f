//! `[preview] budget`: what all previews of the repository may cost together.

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// A number of US dollars above zero, or `false`: none is set.
pub(super) fn budget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    deserializer.deserialize_any(Dollars)
}

struct Dollars;

impl Visitor<'_> for Dollars {
    type Value = Option<f64>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("US dollars a month above 0, such as `50`, or `false`")
    }

    fn visit_bool<E: Error>(self, is_set: bool) -> Result<Self::Value, E> {
        match is_set {
            false => Ok(None),
            true => Err(E::invalid_value(Unexpected::Bool(true), &self)),
        }
    }

    fn visit_i64<E: Error>(self, dollars: i64) -> Result<Self::Value, E> {
        match u32::try_from(dollars) {
            Ok(dollars @ 1..) => Ok(Some(f64::from(dollars))),
            _ => Err(E::invalid_value(Unexpected::Signed(dollars), &self)),
        }
    }

    fn visit_f64<E: Error>(self, dollars: f64) -> Result<Self::Value, E> {
        match dollars.is_finite() && dollars > 0.0 {
            true => Ok(Some(dollars)),
            false => Err(E::invalid_value(Unexpected::Float(dollars), &self)),
        }
    }
}
