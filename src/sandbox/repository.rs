//! A local Git repository mounted as a GitHub repository: branches and commits are real and only read.

use std::path::{Path, PathBuf};

use tokio::process::Command;

/// `OWNER/NAME=PATH` of the command line, checked.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) owner: String,
    pub(crate) name: String,
    /// GitHub's numeric id: stable for a run of the sandbox.
    pub(crate) id: u64,
    path: PathBuf,
}

/// What Git said when it refused.
#[derive(Debug, thiserror::Error)]
#[error("git {command}: {stderr}")]
pub(crate) struct GitError {
    command: String,
    stderr: String,
}

impl Repository {
    pub(crate) fn new(owner: String, name: String, id: u64, path: PathBuf) -> Self {
        Self { owner, name, id, path }
    }

    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs Git in the repository and returns what it printed, byte for byte.
    pub(crate) async fn git(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let command = args.join(" ");
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.path)
            .args(args)
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|error| GitError {
                command: command.clone(),
                stderr: error.to_string(),
            })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(GitError {
            command,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// The commit at the head of a branch. `None`: no such branch.
    pub(crate) async fn head(&self, branch: &str) -> Option<String> {
        let reference = format!("refs/heads/{branch}^{{commit}}");
        let printed = self
            .git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &reference])
            .await
            .ok()?;
        Some(String::from_utf8_lossy(&printed).trim().to_owned())
    }
}
