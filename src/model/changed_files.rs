//! The files that a pull request changes.

/// Paths from the repository's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangedFiles {
    /// A renamed file has both of its names here.
    Known(Vec<String>),
    /// There are more than GitHub lists: any file may be among them.
    Unknown,
}

impl ChangedFiles {
    /// Whether a file of which `is_meant` says yes may be among them.
    pub(crate) fn may_include(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Known(paths) => paths.iter().any(|path| is_meant(path)),
            Self::Unknown => true,
        }
    }
}
