//! Why a preview is removed, and what its comment says of that.

use crate::model::pull_request::PullRequest;

/// Why a preview is removed, for those who read the comment.
#[derive(Clone, Debug)]
pub(crate) enum RemovalReason {
    /// Its pull request was closed. Events come late and are replayed, so its state is read again; and no one asks for
    /// more than what is ours.
    Closed,
    /// A person asked for it.
    Asked,
    /// A maintainer's comment asked for it, so that comments are known to be listened to.
    Commanded,
    /// It has been idle for too long, or something else that the next push sets right.
    Swept(String),
    /// Its pull request gets none any more, and no push changes that.
    Unwanted(String),
}

impl RemovalReason {
    pub(crate) fn notes(&self, pull: &PullRequest) -> Vec<String> {
        let (reason, comes_back) = match self {
            Self::Closed | Self::Asked | Self::Commanded => (None, true),
            Self::Swept(reason) => (Some(reason), true),
            Self::Unwanted(reason) => (Some(reason), false),
        };
        let again = match self {
            Self::Commanded => {
                "The pull request is still open: its next push makes the preview again, and so does a maintainer's comment `/preview`"
            }
            _ => "The pull request is still open: its next push makes the preview again",
        };
        // A draft's next push makes none.
        let again = (pull.open && !pull.draft && comes_back).then(|| again.to_owned());
        reason
            .map(|reason| format!("Removed: {reason}"))
            .into_iter()
            .chain(again)
            .collect()
    }
}
