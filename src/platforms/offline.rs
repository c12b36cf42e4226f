//! An app that is not meant to serve, as its manifest says.

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
