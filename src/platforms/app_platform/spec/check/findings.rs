//! What the checks of an app spec have found so far, each with its place in the file.

use crate::model::failure::Failure;
use crate::model::finding::{Finding, Severity};
use crate::platforms::manifest::Manifest;
use crate::policy::yaml::places::Spot;

pub(super) struct Findings<'s> {
    spec: &'s Manifest,
    found: Vec<(String, Finding)>,
}

impl<'s> Findings<'s> {
    pub(super) fn new(spec: &'s Manifest) -> Self {
        Self {
            spec,
            found: Vec::new(),
        }
    }

    /// What is checked.
    pub(super) fn spec(&self) -> &'s Manifest {
        self.spec
    }

    /// Whether something is wrong with exactly this.
    pub(super) fn has_error_at(&self, pointer: &str) -> bool {
        let is_here = |(at, finding): &(String, Finding)| at == pointer && finding.severity == Severity::Error;
        self.found.iter().any(is_here)
    }

    /// About the value that a pointer leads to.
    pub(super) fn error(&mut self, check: &'static str, pointer: &str, failure: Failure) {
        self.add(Severity::Error, check, pointer, failure);
    }

    /// The same, where it is only probably wrong.
    pub(super) fn warn(&mut self, check: &'static str, pointer: &str, failure: Failure) {
        self.add(Severity::Warning, check, pointer, failure);
    }

    pub(super) fn add(&mut self, severity: Severity, check: &'static str, pointer: &str, failure: Failure) {
        let spot = self.spec.places.value(pointer);
        self.push(severity, check, pointer, failure, spot);
    }

    /// About the key that a pointer leads to, whatever its value is.
    pub(super) fn warn_of_key(&mut self, check: &'static str, pointer: &str, failure: Failure) {
        let spot = self.spec.places.key(pointer);
        self.push(Severity::Warning, check, pointer, failure, spot);
    }

    fn push(&mut self, severity: Severity, check: &'static str, pointer: &str, failure: Failure, spot: Option<&Spot>) {
        let (line, column) = spot.map_or((1, 1), |spot| spot.place);
        let finding = Finding {
            severity,
            check,
            failure: failure.at(self.spec.file(), line, column),
            bytes: spot.and_then(|spot| spot.bytes.clone()),
        };
        self.found.push((pointer.to_owned(), finding));
    }

    /// In the order of the file.
    pub(super) fn in_order(self) -> Vec<Finding> {
        let mut found: Vec<Finding> = self.found.into_iter().map(|(_, finding)| finding).collect();
        found.sort_by_key(|finding| finding.failure.at.as_ref().map(|at| (at.line, at.column)));
        found
    }
}
