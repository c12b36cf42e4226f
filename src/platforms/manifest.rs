//! The file that describes an app to its platform, as it was read: an app spec, a `fly.toml`, a Compose file.

use std::fmt;

use serde_json::Value;

use super::document::Document;
use crate::model::failure::Failure;
use crate::model::words::Words;
pub(crate) use crate::policy::yaml::places::Places;

/// A manifest that passed its platform's checks: it has a name that the platform accepts.
#[derive(Clone)]
pub(crate) struct Manifest {
    /// Every field and every scalar as the file has them, known or not.
    pub(in crate::platforms) document: Document,
    pub(in crate::platforms) file: String,
    pub(in crate::platforms) places: Places,
}

impl Manifest {
    pub(crate) fn name(&self) -> &str {
        self.document.name()
    }

    /// Where it was read from.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The whole of it, as the platform takes it.
    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// For the platform that it is for.
    pub(in crate::platforms) fn value(&self) -> &Value {
        self.document.value()
    }

    /// The same, to be changed.
    pub(in crate::platforms) fn value_mut(&mut self) -> &mut Value {
        self.document.value_mut()
    }

    /// What the platform that it is for calls things.
    pub(crate) fn words(&self) -> &'static Words {
        self.document.words()
    }

    /// Puts the place of a JSON pointer on a failure, where it is known.
    pub(crate) fn locate(&self, failure: Failure, pointer: &str) -> Failure {
        match self.places.find(pointer) {
            Some((line, column)) => failure.at(&self.file, line, column),
            None => failure,
        }
    }
}

impl PartialEq for Manifest {
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document && self.file == other.file
    }
}

/// Its values may be secret.
impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Manifest({}, {})", self.name(), self.file)
    }
}
