//! The working directory's copy of the repository's files, compared with what commits have.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Component, Path, PathBuf};

use crate::flows::project::checkout;
use crate::flows::project::git::{self, Entry};
use crate::flows::project::source::rule::Compared;
use crate::model::commit::Sha;

/// As many links as Linux follows in a path, <https://man7.org/linux/man-pages/man7/path_resolution.7.html>.
const MOST_LINKS: usize = 40;

/// A folder in a clone.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) root: PathBuf,
    /// The folder as the repository names it, with a slash at its end; empty: the root.
    pub(super) prefix: String,
    /// `None`: Git does not say.
    pub(super) head: Option<Sha>,
}

/// A path's comparison with HEAD and with the commit that is deployed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison {
    pub(super) with_head: Compared,
    pub(super) with_commit: Compared,
}

pub(super) const UNKNOWN: Comparison = Comparison {
    with_head: Compared::Unknown,
    with_commit: Compared::Unknown,
};

/// Something that has to be as a commit has it, or a path does not lead to the same text.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    /// From the root.
    path: String,
    is_link: bool,
    bytes: Vec<u8>,
}

impl Copy {
    /// `None`: the folder is in no clone. `workspace`: what lies above it is nothing of this job's.
    pub(super) async fn of(folder: &Path, workspace: Option<&Path>) -> Option<Self> {
        let folder = folder.canonicalize().ok()?;
        let mut root = checkout::root(&folder)?;
        while is_submodule(&root) {
            root = checkout::root(root.parent()?)?;
        }
        let workspace = workspace.and_then(|workspace| workspace.canonicalize().ok());
        let is_within = |workspace: PathBuf| !folder.starts_with(&workspace) || root.starts_with(&workspace);
        if !workspace.is_none_or(is_within) {
            return None;
        }
        let below = folder.strip_prefix(&root).ok()?.to_str()?;
        Some(Self {
            prefix: if below.is_empty() {
                String::new()
            } else {
                format!("{below}/")
            },
            head: git::head(&root).await,
            root,
        })
    }

    /// Compares the files at these paths, which are counted from the root.
    pub(super) async fn compare(&self, paths: &[&str], commit: Option<&Sha>) -> Vec<Comparison> {
        let Some(head) = &self.head else {
            return vec![UNKNOWN; paths.len()];
        };
        let trails: Vec<Option<Vec<Step>>> = paths.iter().map(|path| trail(&self.root, path)).collect();
        let mut wanted: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        wanted.extend(trails.iter().flatten().flatten().map(|step| step.path.clone()));
        wanted.sort();
        wanted.dedup();
        let in_head = git::entries(&self.root, head, &wanted).await;
        let in_commit = match commit {
            Some(commit) if commit == head => in_head.clone(),
            Some(commit) => git::entries(&self.root, commit, &wanted).await,
            None => None,
        };
        let each = paths.iter().zip(&trails);
        each.map(|(path, trail)| Comparison {
            with_head: compared(path, trail.as_deref(), in_head.as_ref()),
            with_commit: compared(path, trail.as_deref(), in_commit.as_ref()),
        })
        .collect()
    }

    /// What HEAD has in a folder, whose path is counted from the root.
    pub(super) async fn listing(&self, folder: &str) -> Vec<String> {
        let Some(head) = &self.head else {
            return Vec::new();
        };
        git::listing(&self.root, head, folder).await.unwrap_or_default()
    }
}

/// Git keeps a submodule's own files below `.git/modules` of the repository that it is in,
/// <https://git-scm.com/docs/gitsubmodules>.
fn is_submodule(root: &Path) -> bool {
    let named = checkout::bytes_of(&root.join(".git")).unwrap_or_default();
    let named = String::from_utf8_lossy(&named);
    named.starts_with("gitdir:") && named.contains("/modules/")
}

/// `trail`: how the working directory leads to the file; `None`: it has none.
fn compared(path: &str, trail: Option<&[Step]>, entries: Option<&BTreeMap<String, Entry>>) -> Compared {
    let Some(entries) = entries else {
        return Compared::Unknown;
    };
    let Some(trail) = trail else {
        return match entries.contains_key(path) {
            true => Compared::Differs,
            false => Compared::Absent,
        };
    };
    if trail.iter().all(|step| !entries.contains_key(&step.path)) {
        return Compared::Absent;
    }
    let same = |step: &Step| entries.get(&step.path).is_some_and(|entry| is_blob(step, entry));
    match trail.iter().all(same) {
        true => Compared::Same,
        false => Compared::Differs,
    }
}

fn is_blob(step: &Step, entry: &Entry) -> bool {
    if step.is_link != entry.is_link {
        return false;
    }
    // A checkout may have turned the line ends, <https://git-scm.com/docs/gitattributes>.
    blob(&step.bytes) == entry.id || (!step.is_link && blob(&without_carriage_returns(&step.bytes)) == entry.id)
}

fn blob(bytes: &[u8]) -> String {
    git::name("blob", bytes)
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut text = bytes.to_vec();
    let mut next = bytes.iter().skip(1);
    text.retain(|byte| {
        let follows = next.next();
        !(*byte == b'\r' && follows == Some(&b'\n'))
    });
    text
}

/// The links on the way to a file, and the file. `None`: there is none, or it is not in the repository.
fn trail(root: &Path, path: &str) -> Option<Vec<Step>> {
    let mut ahead: VecDeque<PathBuf> = parts(Path::new(path))?;
    let (mut at, mut steps) = (PathBuf::new(), Vec::new());
    while let Some(part) = ahead.pop_front() {
        if part.as_os_str() == ".." {
            if !at.pop() {
                return None;
            }
            continue;
        }
        let next = at.join(&part);
        let here = root.join(&next);
        if !here.symlink_metadata().ok()?.is_symlink() {
            at = next;
            continue;
        }
        let target = here.read_link().ok()?;
        if steps.len() == MOST_LINKS {
            return None;
        }
        for part in parts(&target)?.into_iter().rev() {
            ahead.push_front(part);
        }
        steps.push(Step {
            path: next.to_str()?.to_owned(),
            is_link: true,
            bytes: target.to_str()?.as_bytes().to_vec(),
        });
    }
    let file = root.join(&at);
    if !file.is_file() {
        return None;
    }
    steps.push(Step {
        path: at.to_str()?.to_owned(),
        is_link: false,
        bytes: checkout::bytes_of(&file).ok()?,
    });
    Some(steps)
}

/// `None`: the path is absolute.
fn parts(path: &Path) -> Option<VecDeque<PathBuf>> {
    let mut parts = VecDeque::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(_) | Component::ParentDir => parts.push_back(PathBuf::from(part.as_os_str())),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_line_ends_lose_their_carriage_return() {
        for (before, after) in [
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\rb\r", "a\rb\r"),
            ("\r\r\n", "\r\n"),
            ("", ""),
        ] {
            let text = without_carriage_returns(before.as_bytes());
            assert_eq!(String::from_utf8(text).unwrap(), after, "{before:?}");
        }
    }

    fn entries(files: &[(&str, bool, &str)]) -> BTreeMap<String, Entry> {
        let entry = |is_link: bool, text: &str| Entry {
            is_link,
            id: blob(text.as_bytes()),
        };
        let files = files.iter();
        files
            .map(|(path, is_link, text)| ((*path).to_owned(), entry(*is_link, text)))
            .collect()
    }

    #[test]
    fn a_link_has_to_be_the_commits_as_well_as_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("deploy")).unwrap();
        std::fs::write(root.join("deploy/app.yaml"), "name: shop\r\n").unwrap();
        std::fs::write(root.join("outside"), "").unwrap();
        symlink("deploy", root.join(".do")).unwrap();
        symlink(".do/app.yaml", root.join("app.yaml")).unwrap();
        symlink("round", root.join("round")).unwrap();
        symlink("/etc/hostname", root.join("absolute")).unwrap();
        let found = trail(root, "app.yaml").unwrap();
        let paths: Vec<&str> = found.iter().map(|step| step.path.as_str()).collect();
        assert_eq!(paths, ["app.yaml", ".do", "deploy/app.yaml"]);
        for path in ["round", "absolute", "absent", "../outside", "deploy"] {
            assert_eq!(trail(root, path), None, "{path}");
        }
        let spec = ("deploy/app.yaml", false, "name: shop\n");
        for (files, is) in [
            (
                &[("app.yaml", true, ".do/app.yaml"), (".do", true, "deploy"), spec][..],
                Compared::Same,
            ),
            (
                &[("app.yaml", true, ".do/app.yaml"), (".do", true, "other"), spec],
                Compared::Differs,
            ),
            (
                &[("app.yaml", false, ".do/app.yaml"), (".do", true, "deploy"), spec],
                Compared::Differs,
            ),
            (&[("app.yaml", true, ".do/app.yaml"), spec], Compared::Differs),
            (&[], Compared::Absent),
        ] {
            assert_eq!(
                compared("app.yaml", Some(&found), Some(&entries(files))),
                is,
                "{files:?}"
            );
        }
        assert_eq!(compared("app.yaml", Some(&found), None), Compared::Unknown);
        assert_eq!(compared("absent", None, Some(&entries(&[]))), Compared::Absent);
        let removed = entries(&[("absent", false, "")]);
        assert_eq!(compared("absent", None, Some(&removed)), Compared::Differs);
    }
}
