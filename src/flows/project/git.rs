//! Git, asked about a folder: it is given none of our secrets, and runs nothing that the folder configures.

mod trees;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

pub(crate) use self::trees::name;
use self::trees::{FOLDER, LINK, Node, Trees};
use crate::model::commit::Sha;

/// Git answers from the disk within milliseconds; longer means that it waits for a pipe or a lock.
const LIMIT: Duration = Duration::from_secs(20);

/// All of the environment that Git gets: where programs are, and its user's configuration, which says whose folders
/// are safe (`safe.directory`, <https://git-scm.com/docs/git-config>).
const KEPT: [&str; 5] = ["PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "DEVELOPER_DIR"];

/// What a folder's own configuration cannot override: hooks, the file system monitor, repositories that lie inside
/// of a work tree (<https://git-scm.com/docs/git-config>), replaced objects and pathspec magic
/// (<https://git-scm.com/docs/git>).
const STRICT: [&str; 11] = [
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "safe.bareRepository=explicit",
    "-C",
];

/// A missing object is missing: it is not fetched, which would run what the folder names as transport.
const OFFLINE: [(&str, &str); 3] = [
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// A file or a symbolic link of a commit's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) is_link: bool,
    /// The name of its blob.
    pub(crate) id: String,
}

/// # Errors
/// When there is no Git, or it does not answer.
pub(crate) async fn output(folder: &Path, args: &[&str]) -> io::Result<Output> {
    let mut git = command(folder);
    git.args(args);
    let late = || io::Error::new(io::ErrorKind::TimedOut, "Git does not answer");
    tokio::time::timeout(LIMIT, git.output()).await.map_err(|_| late())?
}

/// The commit that is checked out in the repository whose top folder is `root`. `None`: it cannot be known.
pub(crate) async fn head(root: &Path) -> Option<Sha> {
    let printed = print(root, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).await?;
    Some(Sha::new(String::from_utf8(printed).ok()?))
}

/// What a commit has at these paths, which are counted from `root`. `None`: the repository does not have all that
/// it takes to know.
pub(crate) async fn entries(root: &Path, commit: &Sha, paths: &[String]) -> Option<BTreeMap<String, Entry>> {
    let mut trees = Trees::of(root, commit).await?;
    let mut found = BTreeMap::new();
    for path in paths {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(tree) = trees.folder(folder).await? else {
            continue;
        };
        let entry = tree.iter().find(|entry| entry.name == name);
        if let Some(entry) = entry.filter(|entry| entry.is_blob()) {
            let is_link = entry.mode == LINK;
            let id = entry.id.clone();
            found.insert(path.clone(), Entry { is_link, id });
        }
    }
    Some(found)
}

/// What is in a folder of a commit: the names of files, and of folders with a slash at the end. The empty path is the root.
pub(crate) async fn listing(root: &Path, commit: &Sha, folder: &str) -> Option<Vec<String>> {
    let mut trees = Trees::of(root, commit).await?;
    let tree = trees.folder(folder).await?.unwrap_or_default();
    let name = |entry: Node| match entry.mode == FOLDER {
        true => Some(format!("{}/", entry.name)),
        false => entry.is_blob().then_some(entry.name),
    };
    Some(tree.into_iter().filter_map(name).collect())
}

/// What Git prints about exactly this repository, and about none further up. `None`: it says no.
async fn print(root: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let mut git = command(root);
    git.args(args);
    if let Some(above) = root.parent() {
        git.env("GIT_CEILING_DIRECTORIES", above);
    }
    let output = tokio::time::timeout(LIMIT, git.output()).await.ok()?.ok()?;
    output.status.success().then_some(output.stdout)
}

fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.env_clear();
    for name in KEPT {
        if let Some(value) = std::env::var_os(name) {
            git.env(name, value);
        }
    }
    git.envs(OFFLINE).args(STRICT).arg(folder);
    git.stdin(Stdio::null()).kill_on_drop(true);
    git
}
