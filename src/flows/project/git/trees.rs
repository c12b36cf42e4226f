//! The trees of a commit, each with the name that its bytes have: an earlier job on the same runner may have put another
//! in its place, and Git itself checks no more than the commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};

use crate::flows::project::git::print;
use crate::model::commit::Sha;

pub(crate) const LINK: &str = "120000";
pub(crate) const FOLDER: &str = "40000";

/// Bytes of an object's name in a tree: SHA-1's, the one kind that GitHub has.
const NAME: usize = 20;

/// What a tree has under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// As Git writes it: `100644`, `100755`, `120000`, `40000`, `160000`.
    pub(crate) mode: String,
    pub(crate) name: String,
    pub(crate) id: String,
}

impl Node {
    pub(crate) fn is_blob(&self) -> bool {
        self.mode == LINK || self.mode.starts_with("100")
    }
}

/// The trees below one commit, each read once.
pub(crate) struct Trees {
    root: PathBuf,
    top: String,
    read: BTreeMap<String, Vec<Node>>,
}

impl Trees {
    /// `None`: the commit is missing, or is not the one that it is called.
    pub(crate) async fn of(root: &Path, commit: &Sha) -> Option<Self> {
        let bytes = object(root, "commit", commit.as_str()).await?;
        // The first line of every commit.
        let line = bytes.split(|byte| *byte == b'\n').next()?;
        let top = std::str::from_utf8(line).ok()?.strip_prefix("tree ")?.to_owned();
        Some(Self {
            root: root.to_owned(),
            top,
            read: BTreeMap::new(),
        })
    }

    /// What is in a folder, `Some(None)` where there is none; the empty path is the root. `None`: a tree is missing, or is
    /// not the one that it is called.
    pub(crate) async fn folder(&mut self, path: &str) -> Option<Option<Vec<Node>>> {
        let mut id = self.top.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let tree = self.tree(&id).await?;
            match tree.iter().find(|node| node.name == part && node.mode == FOLDER) {
                Some(node) => id = node.id.clone(),
                None => return Some(None),
            }
        }
        Some(Some(self.tree(&id).await?.to_vec()))
    }

    async fn tree(&mut self, id: &str) -> Option<&[Node]> {
        if !self.read.contains_key(id) {
            let nodes = nodes(&object(&self.root, "tree", id).await?)?;
            self.read.insert(id.to_owned(), nodes);
        }
        self.read.get(id).map(Vec::as_slice)
    }
}

/// An object's bytes, if they are those that its name is of.
async fn object(root: &Path, kind: &str, id: &str) -> Option<Vec<u8>> {
    let bytes = print(root, &["cat-file", kind, id]).await?;
    (name(kind, &bytes) == id).then_some(bytes)
}

/// The name that Git gives to these bytes, <https://git-scm.com/book/en/v2/Git-Internals-Git-Objects>. No filter of the
/// folder's has a say in it.
pub(crate) fn name(kind: &str, bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("{kind} {}\0", bytes.len()));
    hash.update(bytes);
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `MODE SP NAME NUL ID`, one behind the other. `None`: something else.
fn nodes(mut tree: &[u8]) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while !tree.is_empty() {
        let end = tree.iter().position(|byte| *byte == 0)?;
        let about = String::from_utf8_lossy(&tree[..end]);
        let (mode, name) = about.split_once(' ')?;
        let (id, rest) = tree[end + 1..].split_at_checked(NAME)?;
        nodes.push(Node {
            mode: mode.to_owned(),
            name: name.to_owned(),
            id: hex(id),
        });
        tree = rest;
    }
    Some(nodes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FOLDER, LINK, Node, name, nodes};

    #[test]
    fn bytes_have_the_name_that_git_gives_them() {
        // `git hash-object` of an empty file and of `hello\n`, and the empty tree's.
        assert_eq!(name("blob", b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(name("blob", b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(name("tree", b""), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    }

    #[test]
    fn a_tree_lists_files_and_links_and_other_things() {
        let mut tree = Vec::new();
        for about in ["100644 app.yaml", "120000 link", "160000 sub", "40000 web"] {
            tree.extend(about.as_bytes());
            tree.push(0);
            tree.extend([0xab; 20]);
        }
        let found = nodes(&tree).expect("a tree");
        let node = |mode: &str, name: &str| Node {
            mode: mode.to_owned(),
            name: name.to_owned(),
            id: "ab".repeat(20),
        };
        let expected = [
            node("100644", "app.yaml"),
            node(LINK, "link"),
            node("160000", "sub"),
            node(FOLDER, "web"),
        ];
        assert_eq!(found, expected);
        let blobs: Vec<bool> = found.iter().map(Node::is_blob).collect();
        assert_eq!(blobs, [true, true, false, false]);
        assert_eq!(nodes(&tree[..tree.len() - 1]), None, "it is cut off");
        assert_eq!(nodes(b"no tree"), None);
    }

    proptest! {
        #[test]
        fn whatever_lies_in_its_place_is_a_tree_or_none(bytes in any::<Vec<u8>>()) {
            let _ = nodes(&bytes);
        }
    }
}
