//! An app that is not meant to serve, as its manifest says.

use crate::model::words::Words;

/// The two ways in which an app is switched off on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offline {
    /// Visitors get the offline page, the components run.
    Maintenance,
    /// No component runs.
    Archived,
}

impl Offline {
    /// A whole sentence for log, summary and comment.
    pub(crate) fn sentence(self, app: &str, words: &Words) -> String {
        let document = words.document;
        match self {
            Self::Maintenance => format!(
                "`{app}` is in maintenance mode, as its {document} says: visitors get the offline page, and nothing was asked from outside"
            ),
            Self::Archived => format!(
                "`{app}` is archived, as its {document} says: none of its components runs, and nothing was asked from outside"
            ),
        }
    }
}
