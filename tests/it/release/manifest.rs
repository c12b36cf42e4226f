//! The manifest that a release writes.

use std::fs;

use regex_lite::Regex;

use super::assets::{TARGETS, names};
use super::project::World;

#[test]
fn the_manifest_names_three_programs_and_refuses_to_name_what_is_not_there() {
    let world = World::new();
    let arguments = ["1.2.3", "https://example.com/v1.2.3/", "../assets"];
    let manifest = world.script("manifest", &arguments);
    let lines: Vec<String> = manifest.succeeds().lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("# "), "{lines:?}");
    let pattern =
        Regex::new(r"^(\S+) 1\.2\.3 [0-9a-f]{64} https://example\.com/v1\.2\.3/do-deploy-1\.2\.3-(\S+)$").unwrap();
    let targets: Vec<&str> = lines[1..]
        .iter()
        .map(|line| {
            let found = pattern.captures(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found[1], found[2]);
            found.get(1).unwrap().as_str()
        })
        .collect();
    assert_eq!(targets, TARGETS);

    fs::remove_file(world.assets().join(&names("1.2.3", TARGETS[2])[0])).unwrap();
    let refused = world.script("manifest", &arguments);
    refused.fails_with("`do-deploy-1.2.3-aarch64-apple-darwin` is not in `../assets`");
    assert_eq!(refused.stdout, "", "half a manifest does not count");
}
