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
