//! What a release is made of: two assets for each target, and the manifest's line for one of them.

use sha2::{Digest, Sha256};

pub(super) const TARGETS: [&str; 3] = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "aarch64-apple-darwin",
];

pub(super) fn names(version: &str, target: &str) -> [String; 2] {
    ["do-deploy", "do-deploy-sandbox"].map(|name| format!("{name}-{version}-{target}"))
}

/// As `World` fills its assets.
pub(super) fn manifest_line(version: &str, target: &str) -> String {
    let [name, _] = names(version, target);
    let index = TARGETS.iter().position(|known| *known == target).unwrap();
    let digest = sha256(format!("{name} {index}").as_bytes());
    format!("{target} {version} {digest} https://github.com/acme/do-deploy/releases/download/v{version}/{name}")
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
