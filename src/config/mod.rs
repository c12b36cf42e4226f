//! `do-deploy.toml`: strict, every default in one place.

use serde::Deserialize;

/// `[comment]`: whether and how the pull request's comment is written.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Comment {
    pub(crate) mode: CommentMode,
    pub(crate) logs: CommentLogs,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CommentMode {
    /// One comment, edited in place.
    #[default]
    Update,
    /// Deleted and written anew, so that it is the newest.
    Recreate,
    Off,
}

/// Which log lines a comment may show.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CommentLogs {
    /// All of them in a private repository; in a public one build and migration lines only.
    #[default]
    Auto,
    Always,
    Never,
}
