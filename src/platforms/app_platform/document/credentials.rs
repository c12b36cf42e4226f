//! Credentials of other services that a component holds: a registry's, a destination of logs'.

use serde_json::Value;

use super::component::{Component, ComponentMut};

/// Fields of a component that hold some.
const HOLDERS: [&str; 2] = ["image", "log_destinations"];

impl ComponentMut<'_> {
    /// Hands every field that holds some, with the same field of `other`, to `change`.
    pub(crate) fn each_holder(&mut self, other: &Component<'_>, change: impl Fn(&mut Value, &Value)) {
        for key in HOLDERS {
            if let (Some(own), Some(other)) = (self.get_mut(key), other.value.get(key)) {
                change(own, other);
            }
        }
    }
}

/// Whether a field holds a registry's credentials, which the platform gives back encrypted.
pub(crate) fn is_of_registry(field: &str) -> bool {
    field == "registry_credentials"
}
