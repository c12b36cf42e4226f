//! The shape of a JSON body: which fields it has, of which types, and never a value.

use std::fmt;

use serde_json::Value;

use super::error::describe;

/// Longest shape, in bytes: a line of a log has room for no more.
const LONGEST: usize = 1_500;

/// Longest name of a field that is shown.
const LONGEST_NAME: usize = 40;

/// Written as `{spec {name text, services [2 {name text, instance_count number}]}}`: nothing between a name and its type
/// that would make the type look like the value of a secret.
pub(super) struct Shape(String);

impl Shape {
    fn of(body: &Value) -> Self {
        let mut shape = String::new();
        write(body, &mut shape);
        Self(shape)
    }

    pub(super) fn of_bytes(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(body) => Self::of(&body),
            Err(_) => Self(describe(body)),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn write(value: &Value, shape: &mut String) {
    if shape.len() > LONGEST {
        if !shape.ends_with('…') {
            shape.push('…');
        }
        return;
    }
    match value {
        Value::Null => shape.push_str("null"),
        Value::Bool(_) => shape.push_str("bool"),
        Value::Number(_) => shape.push_str("number"),
        Value::String(_) => shape.push_str("text"),
        Value::Array(items) => {
            shape.push_str(&format!("[{}", items.len()));
            // The first one stands for the others: lists of APIs are of one kind.
            if let Some(first) = items.first() {
                shape.push(' ');
                write(first, shape);
            }
            shape.push(']');
        }
        Value::Object(fields) => {
            shape.push('{');
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    shape.push_str(", ");
                }
                shape.push_str(if is_field(name) { name } else { "(name)" });
                shape.push(' ');
                write(value, shape);
                if shape.ends_with('…') {
                    break;
                }
            }
            shape.push('}');
        }
    }
}

/// Whether a key is a name that an API gives, and not a piece of data that somebody uses as a key.
fn is_field(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c == '_';
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{LONGEST, Shape};

    #[test]
    fn a_shape_has_fields_and_types_and_no_value() {
        let body = json!({
            "spec": {"name": "shop", "envs": [{"key": "TOKEN", "value": "s3cret"}, {}], "enabled": true},
            "cost": 5, "nothing": null, "none": [], "S3CRET": "as a key",
        });
        assert_eq!(
            Shape::of(&body).to_string(),
            "{spec {name text, envs [2 {key text, value text}], enabled bool}, cost number, nothing null, none [0], (name) text}"
        );
        assert_eq!(Shape::of_bytes(b"s3cret").to_string(), "a text");
        assert_eq!(Shape::of_bytes(b"").to_string(), "an empty body");
    }

    #[test]
    fn a_shape_has_an_end() {
        let fields = (0..5_000).map(|n| ("field_".to_owned() + &"x".repeat(n % 30), json!({"a": n})));
        let wide = serde_json::Value::Object(fields.collect());
        let mut deep = json!({"a": 1});
        for _ in 0..100 {
            deep = json!({"some_longer_name": [deep]});
        }
        for body in [wide, deep] {
            assert!(Shape::of(&body).to_string().len() < LONGEST + 400);
        }
    }
}
