//! Fields whose JSON has more than one form.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Proto3's JSON writes 64-bit integers as strings and reads both.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::Number(number) => number
            .as_u64()
            .map(Some)
            .ok_or_else(|| serde::de::Error::custom(format!("{number} is not a valid integer"))),
        Value::String(text) => text
            .parse()
            .map(Some)
            .map_err(|_| serde::de::Error::custom(format!("{text:?} is not a valid integer"))),
        other => Err(serde::de::Error::custom(format!("{other} is not a valid integer"))),
    }
}

/// A string; a bare number or boolean of a YAML document is taken as it is written.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => Err(serde::de::Error::custom(format!("{other} is not a string"))),
    }
}

/// A boolean, which DigitalOcean's own OpenAPI document writes as a string in places.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(flag),
        Value::String(text) => Ok(text == "true"),
        other => Err(serde::de::Error::custom(format!("{other} is not a boolean"))),
    }
}
