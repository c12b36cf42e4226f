//! The registry of a test: images of the notes service, pushed as a team's own build would push them.

use std::fs;

use sha2::{Digest as _, Sha256};

use super::app::{FIRST_MIGRATION, SPEC};
use super::tester::Tester;

/// Where the images of `org/shop` lie.
const REPOSITORY: &str = "org/shop";

/// The notes service's spec with an image instead of a Git source, by the tag `latest`.
pub(crate) fn image_spec() -> String {
    let git = "    github:\n      repo: org/shop\n      branch: main\n";
    let image =
        "    image:\n      registry_type: GHCR\n      registry: org\n      repository: shop\n      tag: latest\n";
    assert!(SPEC.contains(git), "the spec is built from Git");
    SPEC.replace(git, image)
}

impl Tester {
    /// Pushes an image of the notes service that says it has this version. Returns its digest; `latest` is this image now.
    pub(crate) fn push_image(&self, version: &str) -> String {
        let digest: String = Sha256::digest(version)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let digest = format!("sha256:{digest}");
        let registry = self.root.path().join("images");
        for reference in [format!("{REPOSITORY}@{digest}"), format!("{REPOSITORY}:latest")] {
            let image = registry.join(reference);
            fs::create_dir_all(image.join("migrations")).expect("a folder");
            fs::write(image.join("VERSION"), format!("{version}\n")).expect("a file");
            fs::write(image.join("migrations/001_notes.sql"), FIRST_MIGRATION).expect("a file");
        }
        digest
    }
}
