//! The files to be there: compared with what is there, shown, and written all together.

use std::path::Path;

use similar::TextDiff;

use crate::flows::project::checkout;
use crate::model::failure::Failure;

/// A file as it should be.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// From the repository's root.
    pub(super) path: String,
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    New,
    Same,
    Different,
    /// Lines are added, and none is changed.
    Extended,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same => "same",
            Self::Different => "different",
            Self::Extended => "extended",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) state: State,
    before: String,
    /// Its whole text, as it is to be.
    pub(super) after: String,
}

impl File {
    /// A file that gets more lines; new, where it was empty.
    pub(super) fn added(path: String, before: String, after: String) -> Self {
        let state = if before.is_empty() { State::New } else { State::Extended };
        Self {
            path,
            state,
            before,
            after,
        }
    }

    /// As `git diff` shows it; empty where nothing changes.
    pub(super) fn diff(&self) -> String {
        let (old, new) = (format!("a/{}", self.path), format!("b/{}", self.path));
        let old = if self.state == State::New { "/dev/null" } else { &old };
        TextDiff::from_lines(&self.before, &self.after)
            .unified_diff()
            .context_radius(3)
            .header(old, &new)
            .to_string()
    }
}

pub(super) fn compare(root: &Path, wanted: Vec<Wanted>) -> Result<Vec<File>, Failure> {
    let compared = wanted.into_iter().map(|Wanted { path, text }| {
        let before = checkout::own_file(root, &path)?;
        let state = match &before {
            None => State::New,
            Some(before) if *before == text => State::Same,
            Some(_) => State::Different,
        };
        let before = before.unwrap_or_default();
        Ok(File {
            path,
            state,
            before,
            after: text,
        })
    });
    compared.collect()
}

/// # Errors
/// Files that a person wrote or changed, unless that is asked for.
pub(super) fn may_overwrite(files: &[File], force: bool) -> Result<(), Failure> {
    let different: Vec<&str> = files
        .iter()
        .filter(|file| file.state == State::Different)
        .map(|file| file.path.as_str())
        .collect();
    if different.is_empty() || force {
        return Ok(());
    }
    let what = match different.len() {
        1 => "a file is there already and differs".to_owned(),
        count => format!("{count} files are there already and differ"),
    };
    Err(Failure::input(what)
        .why(format!("`{}`; nothing was written", different.join("`, `")))
        .next("read the differences above; overwrite with `--force`, or leave it at that"))
}

/// Writes what changes.
pub(super) fn write(root: &Path, files: &[File]) -> Result<(), Failure> {
    for file in files.iter().filter(|file| file.state != State::Same) {
        let path = root.join(&file.path);
        let folder = path.parent().unwrap_or(root);
        std::fs::create_dir_all(folder)
            .and_then(|()| write_whole(&path, &file.after))
            .map_err(|error| {
                Failure::input(format!("`{}` cannot be written", file.path))
                    .why(error.to_string())
                    .next("mend that and run `do-deploy init` again: it goes on from there")
            })?;
    }
    Ok(())
}

/// All of it or nothing: half a workflow would stand in the way of the next run.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let temporary = path.with_extension("do-deploy-new");
    // What an earlier run left, or a link that someone committed: it is removed and not followed.
    let _not_there = std::fs::remove_file(&temporary);
    let written = write_new(&temporary, text).and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        let _not_there = std::fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
