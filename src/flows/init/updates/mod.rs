//! What keeps the action's pin current: an entry for Dependabot, or for Renovate where the repository has that.

mod dependabot;
mod renovate;

use std::path::Path;

use super::files::File;
use crate::flows::project::checkout;
use crate::model::failure::Failure;

/// What is said where nothing moves a pin on.
pub(super) const MISSING: &str = "Nothing in this repository moves the action's pinned commit on to a newer release: \
    `do-deploy init --updates` writes the entry for Dependabot, or for Renovate where the repository has it";

/// Who updates the workflows of this repository.
#[derive(Clone, Debug)]
pub(super) enum Updates {
    /// Something does already, or will once these lines are there.
    Kept { outcome: String, file: Option<File> },
    /// The file is one that lines cannot be added to.
    Refused { path: String, why: String, entry: String },
}

/// What there is, and what is to be added to it.
pub(super) fn find(root: &Path) -> Result<Updates, Failure> {
    let dependabot = dependabot::find(root)?;
    if let Some(Updates::Kept { file: None, .. }) = dependabot {
        return Ok(dependabot.expect("it was just looked at"));
    }
    if let Some(renovate) = renovate::find(root)? {
        return Ok(renovate);
    }
    Ok(dependabot.unwrap_or_else(dependabot::first))
}

impl Updates {
    /// Whether nothing has to be added.
    pub(super) fn are_there(&self) -> bool {
        matches!(self, Self::Kept { file: None, .. })
    }

    /// # Errors
    /// Where the entry has to be written by hand.
    pub(super) fn written(self) -> Result<(String, Option<File>), Failure> {
        match self {
            Self::Kept { outcome, file } => Ok((outcome, file)),
            Self::Refused { path, why, entry } => {
                Err(Failure::input(format!("`{path}` takes no entry from `--updates`"))
                    .why(why)
                    .next(format!(
                        "add this to it yourself, and leave `--updates` out:\n\n{entry}"
                    )))
            }
        }
    }
}

/// The first of these files that there is, with its text.
fn first_of(root: &Path, paths: &[&str]) -> Result<Option<(String, String)>, Failure> {
    for path in paths {
        if let Some(text) = checkout::own_file(root, path)? {
            return Ok(Some(((*path).to_owned(), text)));
        }
    }
    Ok(None)
}
