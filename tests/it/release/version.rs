//! Which version may be released, and how it is written.

use std::fs;

use super::project::World;

#[test]
fn only_a_commit_that_says_a_new_version_may_be_released() {
    let world = World::new();
    world
        .step("prepare", "v1.2.3")
        .fails_with("`v1.2.3` is not a valid version");
    world.step("prepare", "1.2.3-rc.1").fails_with("is not a valid version");
    world
        .step("prepare", "1.3.0")
        .fails_with("`Cargo.toml` says `1.2.3`, not `1.3.0`: run `release/set-version 1.3.0`");
    fs::write(world.clone().join("stray"), "").unwrap();
    world.step("prepare", "1.2.3").fails_with("no commit has");
    fs::remove_file(world.clone().join("stray")).unwrap();

    world.release("1.2.3");
    world.set_version("1.2.3");
    world
        .step("prepare", "1.2.3")
        .fails_with("is released, from another commit");
    world.set_version("1.2.2");
    world.step("prepare", "1.2.2").fails_with("older than `v1.2.3`");
    world.set_version("0.9.0");
    world.step("prepare", "0.9.0").fails_with("older than `v1.2.3`");
    world.set_version("1.10.0");
    world.step("prepare", "1.10.0").succeeds();
}

#[test]
fn the_version_is_set_in_both_files_and_nowhere_else() {
    let world = World::new();
    world.script("set-version", &["2.0.0-dev"]).succeeds();
    assert_eq!(world.git(&["diff", "--numstat"]), "1\t1\tCargo.lock\n1\t1\tCargo.toml");
    world.script("set-version", &["2.0"]).fails_with("usage");
}
