//! What Git knows about the repository, without a network.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::flows::project::git as safe;
use crate::model::failure::Failure;

/// The top folder of the repository that `folder` is in.
pub(crate) async fn root(folder: &Path) -> Result<PathBuf, Failure> {
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(Failure::input(format!("there is no folder `{shown}`")).next("correct `--working-directory`"));
    }
    let output = output(folder, &["rev-parse", "--show-toplevel"]).await?;
    if output.status.success() {
        return Ok(PathBuf::from(text(&output.stdout)));
    }
    // Git's own words: it may also be one that belongs to someone else.
    let why = text(&output.stderr);
    let why = why
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("fatal: ")
        .to_owned();
    Err(
        Failure::input("this is not inside of a Git repository that can be used")
            .why(why)
            .next("go to your clone, or begin one with `git init`, and run `do-deploy init` there"),
    )
}

/// What Git prints, without the last line's end. `None`: Git says no.
pub(super) async fn git(folder: &Path, args: &[&str]) -> Result<Option<String>, Failure> {
    let output = output(folder, args).await?;
    Ok(output.status.success().then(|| text(&output.stdout)))
}

async fn output(folder: &Path, args: &[&str]) -> Result<Output, Failure> {
    safe::output(folder, args).await.map_err(|error| {
        Failure::input("`git` cannot be run")
            .why(error.to_string())
            .next("install Git")
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
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
