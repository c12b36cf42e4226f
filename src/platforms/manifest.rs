//! The file that describes an app to its platform, as it was read: an app spec, a `fly.toml`, a Compose file.

use std::fmt;

use serde_json::Value;

use super::document::Document;
use super::manifests::Manifests;
use super::plan::{PreviewInput, PreviewPlan, ProductionInput, ProductionPlan};
use super::words::Words;
use crate::model::failure::Failure;
pub(crate) use crate::policy::yaml::places::Places;

/// A manifest that passed its platform's checks: it has a name that the platform accepts.
#[derive(Clone)]
pub(crate) struct Manifest {
    /// Every field and every scalar as the file has them, known or not.
    pub(in crate::platforms) document: Document,
    pub(in crate::platforms) file: String,
    pub(in crate::platforms) places: Places,
    /// How it was read, and how it is planned.
    pub(in crate::platforms) manifests: &'static dyn Manifests,
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
        self.manifests.words()
    }

    /// The paths of the repository's files whose texts the plan of a preview asks for.
    pub(crate) fn wanted_files(&self) -> Vec<String> {
        self.manifests.wanted_files(self)
    }

    /// What a preview is sent.
    ///
    /// # Errors
    /// Where it would touch production or cannot work.
    pub(crate) fn plan_preview(&self, input: &PreviewInput<'_>) -> Result<PreviewPlan, Failure> {
        self.manifests.plan_preview(self, input)
    }

    /// What production, or another named environment, is sent.
    ///
    /// # Errors
    /// A foreign app, settings that would be lost, missing secrets.
    pub(crate) fn plan_production(&self, input: &ProductionInput<'_>) -> Result<ProductionPlan, Failure> {
        self.manifests.plan_production(self, input)
    }

    /// Puts the place of what a refusal's `message` names on a failure, where the file has it as it was `sent`.
    pub(crate) fn locate_refused(&self, failure: Failure, message: &str, sent: &Document) -> Failure {
        self.manifests.locate_refused(self, failure, message, sent)
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
