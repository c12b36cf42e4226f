//! What Git knows about the repository, without a network.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::model::failure::Failure;

/// The top folder of the repository that `folder` is in.
pub(crate) async fn root(folder: &Path) -> Result<PathBuf, Failure> {
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(Failure::input(format!("there is no folder `{shown}`")).next("correct `--working-directory`"));
    }
    match git(folder, &["rev-parse", "--show-toplevel"]).await? {
        Some(root) => Ok(PathBuf::from(root)),
        None => Err(Failure::input("this is not inside of a Git repository")
            .why(format!("Git finds none in `{shown}`"))
            .next("go to your clone, or begin one with `git init`, and run `do-deploy init` there")),
    }
}

/// What Git prints, without the last line's end. `None`: Git says no.
pub(super) async fn git(folder: &Path, args: &[&str]) -> Result<Option<String>, Failure> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| {
            Failure::input("`git` cannot be run")
                .why(error.to_string())
                .next("install Git")
        })?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    Ok(output.status.success().then_some(text))
}

/// Every file that Git does not ignore, committed or not, from the root on.
pub(super) async fn files(root: &Path) -> Result<Vec<String>, Failure> {
    let listed = git(root, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).await?;
    let listed = listed.unwrap_or_default();
    let mut files: Vec<String> = listed
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}
