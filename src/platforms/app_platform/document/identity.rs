//! What tells the entries of a list apart: the platform gives lists back in another order.

use serde_json::Value;

use super::value::text;

/// The field of an entry that is its identity, and what it holds: a component's name, an env's key, a domain.
pub(crate) fn identity(item: &Value) -> Option<(&'static str, &str)> {
    ["name", "key", "domain"]
        .into_iter()
        .find_map(|field| Some((field, item.get(field)?.as_str()?)))
}

pub(crate) fn name(item: &Value) -> Option<&str> {
    text(item, "name")
}

/// Where a list has the entry of this name.
pub(crate) fn place_of_name(items: &[Value], name: &str) -> Option<usize> {
    place_by(items, "name", name)
}

/// Where a list has the entry whose field `field` is `value`.
pub(crate) fn place_by(items: &[Value], field: &str, value: &str) -> Option<usize> {
    let is_it = |item: &Value| item.get(field).and_then(Value::as_str) == Some(value);
    items.iter().position(is_it)
}
