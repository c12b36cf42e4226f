//! Whether a spec asks for an app that does not serve: maintenance, or an archived app.

use serde_json::Value;

use super::document::maintenance::{Switch, is_on};
use crate::platforms::Offline;

/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `maintenance`
pub(in crate::platforms) fn offline(spec: &Value) -> Option<Offline> {
    if is_on(spec, Switch::Archive) {
        Some(Offline::Archived)
    } else if is_on(spec, Switch::Maintenance) {
        Some(Offline::Maintenance)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Offline, offline};

    #[test]
    fn maintenance_and_archive_are_states_that_a_spec_asks_for() {
        for (maintenance, state) in [
            (Value::Null, None),
            (json!({}), None),
            (json!({"enabled": false}), None),
            (json!({"offline_page_url": "https://shop.example/back-soon"}), None),
            (json!({"enabled": true}), Some(Offline::Maintenance)),
            (json!({"archive": true}), Some(Offline::Archived)),
            (json!({"enabled": true, "archive": true}), Some(Offline::Archived)),
            (json!({"enabled": true, "archive": false}), Some(Offline::Maintenance)),
        ] {
            assert_eq!(offline(&json!({"maintenance": maintenance})), state, "{maintenance}");
        }
    }
}
