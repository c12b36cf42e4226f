//! Whether a spec asks for an app that does not serve: maintenance, or an archived app.

use serde_json::Value;

/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `maintenance`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offline {
    /// Visitors get the offline page, the components run.
    Maintenance,
    /// No component runs.
    Archived,
}

pub(crate) fn offline(spec: &Value) -> Option<Offline> {
    let is_on = |key: &str| spec.pointer(&format!("/maintenance/{key}")) == Some(&Value::Bool(true));
    if is_on("archive") {
        Some(Offline::Archived)
    } else if is_on("enabled") {
        Some(Offline::Maintenance)
    } else {
        None
    }
}

impl Offline {
    /// A whole sentence for log, summary and comment.
    pub(crate) fn sentence(self, app: &str) -> String {
        match self {
            Self::Maintenance => format!(
                "`{app}` is in maintenance mode, as its spec says: visitors get the offline page, and nothing was asked from outside"
            ),
            Self::Archived => format!(
                "`{app}` is archived, as its spec says: none of its components runs, and nothing was asked from outside"
            ),
        }
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
