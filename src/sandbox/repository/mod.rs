//! A local Git repository mounted as a GitHub repository: branches and commits are real and only read.

pub(crate) mod git;

use std::collections::HashMap;
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::process::Command;

/// `OWNER/NAME=PATH` of the command line, checked.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) owner: String,
    pub(crate) name: String,
    /// GitHub's numeric id: stable for a run of the sandbox.
    pub(crate) id: u64,
    path: PathBuf,
    answers: Arc<Answers>,
}

/// What Git said about objects, by command line. An object never changes, and half the requests ask about the same two
/// commits.
#[derive(Debug, Default)]
struct Answers {
    printed: Mutex<HashMap<String, Vec<u8>>>,
    /// By both commits: whether they merge without conflict.
    merges: Mutex<HashMap<(String, String), bool>>,
}

/// How many answers are kept, and the longest: a sandbox may run for days.
const MOST_ANSWERS: usize = 4_096;
const LONGEST_ANSWER: usize = 64 * 1024;

/// What Git said when it refused.
#[derive(Debug, thiserror::Error)]
#[error("git {command}: {stderr}")]
pub(crate) struct GitError {
    command: String,
    stderr: String,
}

impl Repository {
    pub(crate) fn new(owner: String, name: String, id: u64, path: PathBuf) -> Self {
        Self {
            owner,
            name,
            id,
            path,
            answers: Arc::default(),
        }
    }

    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs Git in the repository and returns what it printed, byte for byte.
    pub(crate) async fn git(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let error = |stderr: String| GitError {
            command: args.join(" "),
            stderr,
        };
        let question = is_about_objects(args).then(|| args.join("\0"));
        if let Some(printed) = question
            .as_ref()
            .and_then(|question| lock(&self.answers.printed).get(question).cloned())
        {
            return Ok(printed);
        }
        let output = self.command(args).output().await.map_err(|e| error(e.to_string()))?;
        if output.status.success() {
            if let Some(question) = question.filter(|_| output.stdout.len() <= LONGEST_ANSWER) {
                keep(&self.answers.printed, question, output.stdout.clone());
            }
            return Ok(output.stdout);
        }
        Err(error(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = git::command(&self.path);
        command.args(args);
        command
    }

    /// Whether two commits merge without conflict. `None`: this Git cannot tell (it can from 2.38 on).
    pub(crate) async fn merges(&self, one: &str, other: &str) -> Option<bool> {
        let both = (one.to_owned(), other.to_owned());
        if let Some(known) = lock(&self.answers.merges).get(&both) {
            return Some(*known);
        }
        let merges = self.try_merge(one, other).await?;
        if is_id(one) && is_id(other) {
            keep(&self.answers.merges, both, merges);
        }
        Some(merges)
    }

    async fn try_merge(&self, one: &str, other: &str) -> Option<bool> {
        let objects = self
            .line(&["rev-parse", "--path-format=absolute", "--git-path", "objects"])
            .await?;
        // A trial merge writes its result; that must not end up in a repository that is only read.
        let scratch = tempfile::tempdir().ok()?;
        let status = self
            .command(&["merge-tree", "--write-tree", "--name-only", one, other])
            .env("GIT_OBJECT_DIRECTORY", scratch.path())
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status()
            .await
            .ok()?;
        match status.code()? {
            0 => Some(true),
            1 => Some(false),
            _ => None,
        }
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

    /// The branch that GitHub would call default. What is checked out says little (people work on topic
    /// branches), so it counts last: a clone's `origin/HEAD`, then `main`, `master`, then `HEAD`.
    pub(crate) async fn default_branch(&self) -> String {
        // `refs/remotes/origin/HEAD refs/remotes/origin/trunk`, `refs/heads/main `
        let args = [
            "for-each-ref",
            "--format=%(refname) %(symref)",
            "refs/remotes/origin/HEAD",
            "refs/heads",
        ];
        let printed = self.git(&args).await.unwrap_or_default();
        let printed = String::from_utf8_lossy(&printed);
        let references: Vec<(&str, &str)> = printed.lines().filter_map(|line| line.split_once(' ')).collect();
        let exists = |branch: &str| {
            let mut names = references
                .iter()
                .filter_map(|(name, _)| name.strip_prefix("refs/heads/"));
            names.any(|name| name == branch)
        };
        let of_clone = references.iter().find(|(name, _)| *name == "refs/remotes/origin/HEAD");
        let of_clone = of_clone.and_then(|(_, points_at)| points_at.strip_prefix("refs/remotes/origin/"));
        let usual = of_clone.into_iter().chain(["main", "master"]);
        if let Some(branch) = usual.into_iter().find(|branch| exists(branch)) {
            return branch.to_owned();
        }
        let checked_out = self.line(&["symbolic-ref", "--quiet", "--short", "HEAD"]).await;
        checked_out.unwrap_or_else(|| "main".to_owned())
    }

    /// All branches, by name.
    pub(crate) async fn branches(&self) -> Result<Vec<String>, GitError> {
        let printed = self
            .git(&["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"])
            .await?;
        Ok(String::from_utf8_lossy(&printed).lines().map(str::to_owned).collect())
    }

    /// The commit that a name stands for: branch, tag, `heads/…`, `tags/…`, `refs/…`, `HEAD` (the default
    /// branch), or a commit id of at least seven digits. No other revision syntax, as on GitHub.
    pub(crate) async fn resolve(&self, name: &str) -> Option<String> {
        if name == "HEAD" {
            return self.head(&self.default_branch().await).await;
        }
        let short = name.strip_prefix("refs/").unwrap_or(name);
        let is_full = short.starts_with("heads/") || short.starts_with("tags/");
        let is_id = (7..=40).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut candidates = vec![format!("refs/heads/{short}"), format!("refs/tags/{short}")];
        // Not `refs/stash`, nor what a clone remembers of its own origin.
        if is_full {
            candidates.push(format!("refs/{short}"));
        }
        if is_id {
            candidates.push(name.to_owned());
        }
        for candidate in candidates {
            let is_reference = candidate.starts_with("refs/");
            if is_reference && !is_reference_name(&candidate) {
                continue;
            }
            let commit = format!("{candidate}^{{commit}}");
            let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", commit.as_str()];
            if let Some(sha) = self.line(&args).await {
                return Some(sha);
            }
        }
        None
    }

    /// What a reference of exactly this name below `refs/` points at: kind and name of the object. `None`: there is none.
    pub(crate) async fn reference(&self, name: &str) -> Option<(String, String)> {
        let reference = format!("refs/{name}");
        if !is_reference_name(&reference) {
            return None;
        }
        let id = self
            .line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &reference])
            .await?;
        Some((self.line(&["cat-file", "-t", &id]).await?, id))
    }

    /// Whether `ancestor` is `commit` or one of its ancestors.
    pub(crate) async fn is_ancestor(&self, ancestor: &str, commit: &str) -> bool {
        self.git(&["merge-base", "--is-ancestor", ancestor, commit])
            .await
            .is_ok()
    }

    pub(crate) async fn merge_base(&self, one: &str, other: &str) -> Option<String> {
        self.line(&["merge-base", one, other]).await
    }

    /// How many commits `head` has that `base` lacks.
    pub(crate) async fn count_between(&self, base: &str, head: &str) -> Result<u64, GitError> {
        let range = format!("{base}..{head}");
        let printed = self.git(&["rev-list", "--count", &range]).await?;
        Ok(String::from_utf8_lossy(&printed).trim().parse().unwrap_or_default())
    }

    /// The first line that a Git command prints. `None`: it failed or printed nothing.
    async fn line(&self, args: &[&str]) -> Option<String> {
        let printed = self.git(args).await.ok()?;
        let line = String::from_utf8_lossy(&printed).lines().next()?.trim().to_owned();
        Some(line).filter(|line| !line.is_empty())
    }
}

fn keep<K: Eq + Hash, A>(answers: &Mutex<HashMap<K, A>>, question: K, answer: A) {
    let mut kept = lock(answers);
    if kept.len() >= MOST_ANSWERS {
        kept.clear();
    }
    kept.insert(question, answer);
}

fn lock<T>(kept: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a command asks about objects by their ids alone, so that its answer holds for ever.
fn is_about_objects(args: &[&str]) -> bool {
    let Some((command, rest)) = args.split_first() else {
        return false;
    };
    let revisions: Vec<&str> = rest
        .iter()
        .take_while(|arg| **arg != "--")
        .filter(|arg| !arg.starts_with('-') && **arg != "blob")
        .copied()
        .collect();
    let names_references = rest.iter().any(|arg| ["--all", "--branches", "--tags"].contains(arg));
    ["cat-file", "diff-tree", "log", "ls-tree", "merge-base", "rev-list"].contains(command)
        && !names_references
        && !revisions.is_empty()
        && revisions.iter().all(|revision| revision.split("..").all(is_id))
}

fn is_id(name: &str) -> bool {
    name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether Git could have a reference of that name: keeps `~`, `^`, `@{…}` and the like out of revisions.
fn is_reference_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    !name.contains(forbidden) && !name.contains("..") && !name.contains("@{") && !name.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::{is_about_objects, is_reference_name};

    #[test]
    fn only_answers_about_objects_are_kept() {
        let one = "1234567890123456789012345678901234567890";
        let range = format!("{one}..{one}");
        for kept in [
            vec!["cat-file", "blob", one],
            vec!["ls-tree", "-l", "-z", one, "--", "main"],
            vec!["merge-base", "--is-ancestor", one, one],
            vec!["rev-list", "--count", &range],
        ] {
            assert!(is_about_objects(&kept), "{kept:?}");
        }
        let to_a_branch = format!("{one}..main");
        for asked_again in [
            vec!["rev-parse", "--verify", one],
            vec!["for-each-ref"],
            vec!["log", "--all", one],
            vec!["log", "-1", "main", "--"],
            vec!["rev-list", "--count", &to_a_branch],
            vec!["log", "--"],
        ] {
            assert!(!is_about_objects(&asked_again), "{asked_again:?}");
        }
    }

    #[test]
    fn keeps_revision_syntax_out_of_names() {
        for good in ["refs/heads/main", "refs/heads/feature/a-b_c.d", "refs/tags/v1@x"] {
            assert!(is_reference_name(good), "{good}");
        }
        for bad in [
            "refs/heads/main~1",
            "refs/heads/main^",
            "refs/heads/a..b",
            "refs/heads/a@{1}",
            "refs/heads/",
        ] {
            assert!(!is_reference_name(bad), "{bad}");
        }
    }
}
