//! An app spec as its file has it: every field and every scalar survives, known or not.

use serde_json::Value;

use super::yaml::{self, Places};
use crate::model::failure::Failure;

/// A spec that passed the checks: a mapping with a name that the platform accepts, whose components have names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AppSpec {
    pub(super) value: Value,
    pub(super) file: String,
    pub(super) places: Places,
}

impl AppSpec {
    /// The whole spec as the platform takes it.
    pub(crate) fn value(&self) -> &Value {
        &self.value
    }

    pub(crate) fn name(&self) -> &str {
        self.value.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    /// Where it was read from.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Puts the place of a JSON pointer on a failure, where it is known.
    pub(super) fn locate(&self, failure: Failure, pointer: &str) -> Failure {
        match self.places.find(pointer) {
            Some((line, column)) => failure.at(&self.file, line, column),
            None => failure,
        }
    }
}

/// YAML that reads back as the same value.
pub(crate) fn print(spec: &Value) -> String {
    yaml::write(spec)
}
