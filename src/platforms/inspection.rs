//! What is found in a manifest before any request: everything that its platform would refuse or silently ignore.

use std::ops::Range;

use super::document::Document;
use crate::model::finding::Finding;
use crate::model::own::OwnRepository;

/// What may be looked at beside the manifest.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    /// The repository that it lies in. `None`: not known.
    pub(crate) own: Option<&'a OwnRepository>,
    /// Whether that has a file or a folder at a path, which is counted from its root.
    pub(crate) exists: &'a dyn Fn(&str) -> bool,
    /// Whether an env gets its value from elsewhere.
    pub(crate) is_given: &'a dyn Fn(&str) -> bool,
}

#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// In the order of the file.
    pub(crate) findings: Vec<Finding>,
    /// What only the platform knows, so that it was not checked.
    pub(crate) unchecked: Vec<String>,
    /// The bytes of the file that are never shown: secrets.
    pub(crate) hidden: Vec<Range<usize>>,
    /// `None`: the file cannot be read.
    pub(crate) document: Option<Document>,
}
