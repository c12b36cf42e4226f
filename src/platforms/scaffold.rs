//! The first manifest of a repository that has none: made from its files, or from a live app.

/// The files of a repository that Git does not ignore.
pub(crate) struct Tree<'a> {
    /// Paths from the root, with `/`.
    pub(crate) paths: &'a [String],
    pub(crate) read: &'a dyn Fn(&str) -> Option<String>,
}

/// What is to be written, and what to report about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct First {
    /// `a Python project (FastAPI)`
    pub(crate) kind: String,
    /// The manifest.
    pub(crate) text: String,
    /// Further files that it needs, path and text.
    pub(crate) further: Vec<(String, String)>,
    /// What the repository's people have to see to.
    pub(crate) notes: Vec<String>,
}

/// A live app as a manifest for the repository, and what was left out of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Portable {
    /// The manifest.
    pub(crate) text: String,
    /// Keys of SECRETs, which are kept without a value.
    pub(crate) secrets: Vec<String>,
    /// Keys of other envs that held a password and are SECRETs without a value now.
    pub(crate) passwords: Vec<String>,
    /// Where a credential outside of envs was, such as `registry_credentials` of `web`.
    pub(crate) credentials: Vec<String>,
}
