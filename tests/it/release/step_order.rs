//! The release's steps in the order of its workflow, also where a run broke off.

use std::fs;

use super::assets::{TARGETS, manifest_line, names};
use super::project::World;

#[test]
fn a_release_takes_its_steps_in_an_order_in_which_nothing_unfinished_is_ever_seen() {
    let world = World::new();
    world.release("1.2.3");
    let mut expected = vec!["git refs/heads/release-1.2.3".to_owned(), "gh draft v1.2.3".to_owned()];
    let mut assets: Vec<String> = TARGETS.iter().flat_map(|target| names("1.2.3", target)).collect();
    assets.sort();
    expected.extend(assets.iter().map(|name| format!("gh asset {name}")));
    expected.extend(["attest", "gh publish v1.2.3", "git refs/tags/v1", "git refs/heads/main"].map(str::to_owned));
    let mut log = world.log();
    // Which asset goes first is all the same.
    log[2..8].sort();
    assert_eq!(log, expected);
}

#[test]
fn the_released_commit_is_the_built_one_and_its_manifest() {
    let world = World::new();
    let built = world.head();
    world.release("1.2.3");
    assert_eq!(world.remote(&["rev-parse", "v1.2.3^"]), built);
    assert_eq!(
        world.remote(&["rev-parse", "v1"]),
        world.remote(&["rev-parse", "v1.2.3"])
    );
    assert_eq!(
        world.remote(&["diff", "--name-only", "v1.2.3^", "v1.2.3"]),
        "action/manifest.txt"
    );
    let manifest = world.remote(&["show", "v1.2.3:action/manifest.txt"]);
    let lines: Vec<&str> = manifest.lines().filter(|line| !line.starts_with('#')).collect();
    let expected: Vec<String> = TARGETS.iter().map(|target| manifest_line("1.2.3", target)).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_release_that_broke_off_anywhere_is_made_good_by_running_it_again() {
    let breaks = [
        "release view",
        "release create",
        "release upload",
        "release download",
        "attestation verify",
        "publish",
        "api",
    ];
    for broken in breaks {
        let world = World::new();
        fs::write(world.state().join(format!("fail: {broken}")), "").unwrap();
        let stopped = world.steps().iter().any(|step| !world.step(step, "1.2.3").good());
        assert!(stopped, "`gh {broken}` did not stop the run");
        assert!(!world.log().contains(&"git refs/tags/v1".to_owned()), "{broken}");
        world.release("1.2.3");
        world.release("1.2.3");
        let log = world.log();
        let once = ["gh publish v1.2.3", "git refs/tags/v1", "git refs/heads/main"];
        for effect in once {
            assert_eq!(
                log.iter().filter(|line| *line == effect).count(),
                1,
                "{broken}: {log:?}"
            );
        }
        assert_eq!(world.version_on_main(), ["1.2.4-dev", "1.2.4-dev"]);
    }
}
