//! The Git repository that the sandbox mounts as `org/shop`: a push is a commit in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use super::app::Change;

#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) path: PathBuf,
    /// Every commit with its label, oldest first.
    commits: Mutex<Vec<(String, String)>>,
}

impl Repository {
    /// A repository with one commit on `main`.
    pub(crate) fn create(path: PathBuf, first: &Change) -> Self {
        fs::create_dir_all(&path).expect("a folder for the repository");
        let repository = Self {
            path,
            commits: Mutex::default(),
        };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit("main", first);
        repository
    }

    /// Commits `change` to `branch`, which grows from `main` where it is new. Returns the commit.
    pub(crate) fn commit(&self, branch: &str, change: &Change) -> String {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.try_git(&["rev-parse", "--quiet", "--verify", branch]).is_some();
        match (known, commits.is_empty()) {
            (true, _) => drop(self.git(&["checkout", "--quiet", branch])),
            (false, false) => drop(self.git(&["checkout", "--quiet", "-b", branch, "main"])),
            (false, true) => {}
        }
        for (file, text) in &change.files {
            let file = self.path.join(file);
            match text {
                Some(text) => {
                    fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder");
                    fs::write(file, text).expect("a file of the app");
                }
                None => fs::remove_file(file).expect("only a file that exists can be removed"),
            }
        }
        self.git(&["add", "--all"]);
        let author = format!("{0} <{0}@users.noreply.example.com>", change.author);
        // The date counts commits, so that the same story makes the same commits.
        let date = format!("{} +0000", 1_750_000_000 + commits.len());
        let done = self
            .command(&[
                "commit",
                "--quiet",
                "--allow-empty",
                "--author",
                &author,
                "--message",
                &change.label,
            ])
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .status();
        assert!(done.expect("git runs").success(), "cannot commit {}", change.label);
        let sha = self.git(&["rev-parse", "HEAD"]);
        commits.push((change.label.clone(), sha.clone()));
        sha
    }

    /// Merges `branch` into `main` with a merge commit, as GitHub's button does.
    pub(crate) fn merge(&self, branch: &str, number: u64) -> String {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        let message = format!("Merge pull request #{number} from org/{branch}");
        self.git(&["checkout", "--quiet", "main"]);
        self.git(&["merge", "--quiet", "--no-ff", "--message", &message, branch]);
        let sha = self.git(&["rev-parse", "HEAD"]);
        commits.push((format!("merge of #{number}"), sha.clone()));
        sha
    }

    pub(crate) fn head(&self, branch: &str) -> String {
        self.git(&["rev-parse", "--verify", branch])
    }

    pub(crate) fn commits(&self) -> Vec<(String, String)> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A checkout of `revision` at `folder`, as a workflow's checkout step leaves it.
    pub(crate) fn checkout(&self, revision: &str, folder: &Path) {
        let (from, to) = (self.path.to_string_lossy(), folder.to_string_lossy());
        // Resolved here, because a clone has other people's branches under another name.
        let commit = self.git(&["rev-parse", "--verify", &format!("{revision}^{{commit}}")]);
        self.git(&["clone", "--quiet", "--no-checkout", &from, &to]);
        self.git(&["-C", &to, "checkout", "--quiet", "--detach", &commit]);
    }

    /// Runs a shell script in `folder`, with `$REPOSITORY` for this repository's path.
    pub(crate) fn script(&self, script: &str, folder: &Path) {
        let mut shell = self.clean("sh");
        shell
            .args(["-euc", script])
            .current_dir(folder)
            .env("REPOSITORY", &self.path);
        let output = shell.output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script:?} failed: {said}");
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.try_git(args)
            .unwrap_or_else(|| panic!("git {args:?} failed in {}", self.path.display()))
    }

    fn try_git(&self, args: &[&str]) -> Option<String> {
        let output = self.command(args).output().expect("git is installed");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut git = self.clean("git");
        git.args(args).current_dir(&self.path);
        git
    }

    /// A program as on a machine on which Git has not been configured.
    fn clean(&self, program: &str) -> Command {
        let mut git = Command::new(program);
        git.env("HOME", &self.path);
        for (key, _) in std::env::vars().filter(|(key, _)| key.starts_with("GIT_")) {
            git.env_remove(key);
        }
        git.env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "committer")
            .env("GIT_AUTHOR_EMAIL", "committer@users.noreply.example.com")
            .env("GIT_COMMITTER_NAME", "committer")
            .env("GIT_COMMITTER_EMAIL", "committer@users.noreply.example.com");
        git
    }
}
