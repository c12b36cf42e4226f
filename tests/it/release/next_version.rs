//! What the default branch has after a release.

use std::fs;

use super::project::{World, executable};

#[test]
fn after_a_release_the_default_branch_is_ahead_of_its_manifest() {
    let world = World::new();
    world.release("1.2.3");
    assert_eq!(world.version_on_main(), ["1.2.4-dev", "1.2.4-dev"]);
    assert!(world.remote(&["show", "main:action/manifest.txt"]).contains(" 1.2.3 "));
    assert_eq!(
        world.remote(&["merge-base", "main", "v1.2.3"]),
        world.remote(&["rev-parse", "v1.2.3"])
    );
}

#[test]
fn the_default_branch_may_move_on_during_a_release() {
    let world = World::new();
    for script in ["prepare", "draft"] {
        world.step(script, "1.2.3").succeeds();
    }
    let built = world.head();
    fs::write(world.clone().join("later.txt"), "later").unwrap();
    world.commit("Later");
    world.git(&["push", "-q", "origin", "HEAD:main"]);
    world.git(&["checkout", "-q", "--detach", &built]);
    for script in ["attest", "publish", "begin-next"] {
        world.step(script, "1.2.3").succeeds();
    }
    assert_eq!(world.remote(&["show", "main:later.txt"]), "later");
    assert_eq!(world.version_on_main(), ["1.2.4-dev", "1.2.4-dev"]);
    assert_eq!(world.remote(&["rev-parse", "v1^"]), built);
}

#[test]
fn a_protected_default_branch_gets_its_next_version_as_a_branch() {
    let world = World::new();
    fs::write(
        world.remote_path().join("hooks/update"),
        "#!/bin/sh\n[ \"$1\" != refs/heads/main ]\n",
    )
    .unwrap();
    executable(&world.remote_path().join("hooks/update"));
    for script in ["prepare", "draft", "attest", "publish"] {
        world.step(script, "1.2.3").succeeds();
    }
    world
        .step("begin-next", "1.2.3")
        .fails_with("open a pull request from the branch `begin-1.2.4-dev`");
    assert!(
        world
            .remote(&["show", "begin-1.2.4-dev:Cargo.toml"])
            .contains("version = \"1.2.4-dev\"")
    );
}

#[test]
fn a_next_version_that_was_begun_meanwhile_stays() {
    let world = World::new();
    for script in ["prepare", "draft"] {
        world.step(script, "1.2.3").succeeds();
    }
    let built = world.head();
    world.set_version("2.0.0-dev");
    world.git(&["push", "-q", "origin", "HEAD:main"]);
    world.git(&["checkout", "-q", "--detach", &built]);
    for script in ["attest", "publish", "begin-next"] {
        world.step(script, "1.2.3").succeeds();
    }
    assert_eq!(world.version_on_main(), ["2.0.0-dev", "2.0.0-dev"]);
    assert!(world.remote(&["show", "main:action/manifest.txt"]).contains(" 1.2.3 "));
}
