//! Files that a commit, a comparison or a pull request changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::urls::Urls;
use crate::github::api::urls::escape_path;
use crate::github::records::commit::Commit;
use crate::repository::{GitError, Repository};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    path: String,
    /// What a renamed file was called before.
    previous: Option<String>,
    status: &'static str,
    /// The blob after the change, or before it where the file is gone.
    blob: String,
    additions: u64,
    deletions: u64,
}

/// Git's name of a tree without files: what a first commit is compared with.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

pub(crate) async fn of_commit(repository: &Repository, commit: &Commit) -> Result<Vec<Change>, GitError> {
    let parent = commit.parents.first().map_or(EMPTY_TREE, String::as_str);
    between(repository, parent, &commit.sha).await
}

/// Changes from one commit to another, by path. A file that was moved and is still half the same is one renamed file.
pub(crate) async fn between(repository: &Repository, from: &str, to: &str) -> Result<Vec<Change>, GitError> {
    let diff = |kind: &'static str| async move {
        let args = ["diff-tree", "-r", "-z", "--find-renames", "--abbrev=40", kind, from, to];
        let printed = repository.git(&args).await?;
        Ok::<_, GitError>(String::from_utf8_lossy(&printed).into_owned())
    };
    Ok(parse(&diff("--raw").await?, &diff("--numstat").await?))
}

/// `raw`: `:100644 100644 OLD NEW M\0path\0`, of a renamed file `… R087\0old path\0new path\0`.
fn parse(raw: &str, numstat: &str) -> Vec<Change> {
    let lines = counts(numstat);
    let mut entries = raw.split('\0');
    let mut changes = Vec::new();
    while let (Some(about), Some(path)) = (entries.next(), entries.next()) {
        let columns: Vec<&str> = about.split(' ').collect();
        let [_, _, old, new, kind] = columns[..] else { continue };
        let (path, previous) = match kind.starts_with('R') {
            true => (entries.next().unwrap_or_default(), Some(path.to_owned())),
            false => (path, None),
        };
        let (additions, deletions) = lines.get(path).copied().unwrap_or_default();
        changes.push(Change {
            path: path.to_owned(),
            status: match kind {
                "A" => "added",
                "D" => "removed",
                "T" => "changed",
                _ if previous.is_some() => "renamed",
                _ => "modified",
            },
            previous,
            blob: if kind == "D" { old } else { new }.to_owned(),
            additions,
            deletions,
        });
    }
    changes
}

/// Lines that were added and removed, by path. `numstat`: `1\t2\tpath\0`, of a renamed file `1\t2\t\0old path\0new path\0`, and
/// dashes for binary files.
fn counts(numstat: &str) -> BTreeMap<&str, (u64, u64)> {
    let mut entries = numstat.split('\0');
    let mut counts = BTreeMap::new();
    while let Some(entry) = entries.next() {
        let columns: Vec<&str> = entry.splitn(3, '\t').collect();
        let [added, deleted, path] = columns[..] else { continue };
        let path = match path {
            "" => entries.nth(1).unwrap_or_default(),
            path => path,
        };
        counts.insert(path, (added.parse().unwrap_or(0), deleted.parse().unwrap_or(0)));
    }
    counts
}

/// `stats` of a commit.
pub(crate) fn totals(changes: &[Change]) -> Value {
    let additions: u64 = changes.iter().map(|change| change.additions).sum();
    let deletions: u64 = changes.iter().map(|change| change.deletions).sum();
    json!({"total": additions + deletions, "additions": additions, "deletions": deletions})
}

impl Change {
    /// `diff-entry`, without the patch.
    pub(crate) fn json(&self, urls: &Urls, commit: &str) -> Value {
        let path = escape_path(&self.path);
        let mut entry = json!({
            "sha": self.blob,
            "filename": self.path,
            "status": self.status,
            "additions": self.additions,
            "deletions": self.deletions,
            "changes": self.additions + self.deletions,
            "blob_url": urls.html(&format!("/blob/{commit}/{path}")),
            "raw_url": urls.html(&format!("/raw/{commit}/{path}")),
            "contents_url": urls.api(&format!("/contents/{path}?ref={commit}")),
        });
        if let Some(previous) = &self.previous {
            entry["previous_filename"] = previous.as_str().into();
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, totals};

    #[test]
    fn joins_status_and_line_counts_by_path() {
        let raw = ":000000 100644 000 aaa A\0new file\0:100644 100644 ccc ddd R087\0a/x\0b/x\0:100644 000000 bbb 000 D\0old\0";
        let changes = parse(raw, "3\t0\tnew file\x001\t1\t\0a/x\0b/x\0-\t-\told\0");
        let short: Vec<_> = changes
            .iter()
            .map(|c| (c.path.as_str(), c.previous.as_deref(), c.status, c.blob.as_str()))
            .collect();
        assert_eq!(
            short,
            [
                ("new file", None, "added", "aaa"),
                ("b/x", Some("a/x"), "renamed", "ddd"),
                ("old", None, "removed", "bbb")
            ]
        );
        assert_eq!(totals(&changes)["total"], 5);
    }
}
