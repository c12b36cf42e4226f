//! What a spec says of the app as a whole: its name, and whether the file is an app spec at all.

use serde_json::{Value, json};

/// Where the name stands in the spec.
pub(crate) const NAME_POINTER: &str = "/name";
/// Where a template for the Deploy to DigitalOcean button has its app spec.
pub(crate) const TEMPLATE_KEY: &str = "spec";

pub(crate) fn name_of(spec: &Value) -> &str {
    name(spec).and_then(Value::as_str).unwrap_or_default()
}

/// The name in whatever shape it is written.
pub(crate) fn name(spec: &Value) -> Option<&Value> {
    spec.get("name")
}

pub(crate) fn set_name(spec: &mut Value, name: &str) {
    if spec.is_object() {
        spec["name"] = json!(name);
    }
}

/// Whether it is a template for the Deploy to DigitalOcean button, which has the app spec inside.
pub(crate) fn is_template(spec: &Value) -> bool {
    name(spec).is_none() && spec.get(TEMPLATE_KEY).is_some_and(Value::is_object)
}
