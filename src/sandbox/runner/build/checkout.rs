//! Writes the files of one commit into a folder; the repository is only read.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::super::plan::StepError;
use super::failed;

/// Through an index of our own, because `git archive` would leave out what `.gitattributes` excludes from exports.
pub(super) async fn checkout(repository: &Path, commit: &str, target: &Path, index: &Path) -> Result<(), StepError> {
    let created = tokio::fs::create_dir_all(target).await;
    created.map_err(|error| failed(format!("cannot create a folder for the checkout: {error}")))?;
    git(repository, target, index, &["read-tree", commit]).await?;
    git(repository, target, index, &["checkout-index", "--all", "--force"]).await
}

async fn git(repository: &Path, target: &Path, index: &Path, args: &[&str]) -> Result<(), StepError> {
    let printed = Command::new("git")
        .args(["-C"])
        .arg(repository)
        .args(["rev-parse", "--absolute-git-dir"])
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| failed(format!("cannot run `git`: {error}")))?;
    let folder = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    let output = Command::new("git")
        .args(args)
        .current_dir(target)
        .env("GIT_DIR", folder)
        .env("GIT_WORK_TREE", target)
        .env("GIT_INDEX_FILE", index)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| failed(format!("cannot run `git`: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(format!("cannot check out the commit: {said}")))
}
