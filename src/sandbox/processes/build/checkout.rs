//! Writes the files of one commit into a folder; the repository is only read.

use std::path::Path;

use super::failed;
use crate::processes::plan::StepError;
use crate::repository::git;

/// Through an index and a repository of our own. `git archive` would leave out what `.gitattributes` excludes from exports,
/// and the repository's own configuration names filters, which are programs.
pub(super) async fn checkout(repository: &Path, commit: &str, target: &Path, index: &Path) -> Result<(), StepError> {
    let created = tokio::fs::create_dir_all(target).await;
    created.map_err(|error| failed(format!("cannot create a folder for the checkout: {error}")))?;
    let objects = ["rev-parse", "--path-format=absolute", "--git-path", "objects"];
    let objects = ask(git::command(repository).args(objects)).await?;
    let own = tempfile::tempdir().map_err(|error| failed(format!("cannot create a folder: {error}")))?;
    ask(git::command(own.path()).args(["init", "--quiet", "--bare"])).await?;
    for args in [&["read-tree", commit][..], &["checkout-index", "--all", "--force"]] {
        let mut git = git::command(target);
        git.env("GIT_DIR", own.path())
            .env("GIT_WORK_TREE", target)
            .env("GIT_INDEX_FILE", index)
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.trim());
        ask(git.args(args)).await?;
    }
    Ok(())
}

async fn ask(git: &mut tokio::process::Command) -> Result<String, StepError> {
    let output = git.output().await;
    let output = output.map_err(|error| failed(format!("cannot run `git`: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(format!("cannot check out the commit: {said}")))
}
