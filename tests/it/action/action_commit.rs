//! A commit of the action as the runner unpacks it: action.yml, the script, a manifest, and Cargo.toml for its version.

use std::fs;
use std::path::{Path, PathBuf};

use super::mirror::Asset;

pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The target of this machine, as the manifest names it.
pub(super) const TARGET: &str = if cfg!(target_arch = "aarch64") {
    "aarch64-unknown-linux-musl"
} else {
    "x86_64-unknown-linux-musl"
};

/// Where a release would be; no test asks it, for each names a mirror.
const RELEASES: &str = "https://releases.invalid/download";

#[derive(Debug)]
pub(super) struct Tree(pub(super) PathBuf);

impl Tree {
    /// The tree with a manifest that names this one asset.
    pub(super) fn unpack(folder: PathBuf, asset: &Asset) -> Self {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(folder.join("action")).expect("a folder");
        for file in ["action.yml", "action/program.sh", "Cargo.toml", "Cargo.lock"] {
            fs::copy(ours.join(file), folder.join(file)).expect("a file of the action");
        }
        let tree = Self(folder);
        tree.manifest(&[(TARGET, VERSION, &asset.sha)]);
        tree
    }

    /// Writes the manifest as the release does.
    pub(super) fn manifest(&self, lines: &[(&str, &str, &str)]) {
        let mut text = String::from("# target, version, SHA-256, address\n\n");
        for (target, version, sha) in lines {
            let name = asset_name(version, target);
            text += &format!("{target} {version} {sha} {RELEASES}/v{version}/{name}\n");
        }
        self.write("action/manifest.txt", &text);
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).expect("a file of the action");
    }

    /// Changes a text of one of its files.
    pub(super) fn replace(&self, file: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.0.join(file)).expect("a file of the action");
        assert!(text.contains(old), "{file} has no {old:?}");
        self.write(file, &text.replace(old, new));
    }
}

pub(super) fn asset_name(version: &str, target: &str) -> String {
    format!("do-deploy-{version}-{target}")
}
