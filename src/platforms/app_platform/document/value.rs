//! Single fields of a document, read as what they mean, whatever the file wrote them as.

use serde_json::Value;

/// A field that is a string and not empty.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// The entries of a field that is a list.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    let list = value.get(key).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// A field as text, unless it is missing, empty or the enum value that means neither.
pub(crate) fn scalar(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text != "UNSET").then_some(text)
}

/// A field of a field, as [`text`].
pub(crate) fn nested<'a>(value: &'a Value, outer: &str, key: &str) -> Option<&'a str> {
    text(value.get(outer)?, key)
}

/// What the platform takes for a field that is not there.
pub(crate) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_zero),
    }
}
