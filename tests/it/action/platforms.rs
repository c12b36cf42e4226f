//! Runners that there is no program for: refused at once, with what there is.

use super::action_commit::VERSION;
use super::runner::Runner;

#[test]
fn a_runner_without_a_program_gets_a_list_of_those_that_have_one() {
    for (os, arch) in [
        ("Windows", "X64"),
        ("Windows", "ARM64"),
        ("macOS", "X64"),
        ("Linux", "X86"),
        ("Linux", "ARM"),
    ] {
        let mut runner = Runner::new();
        let error = runner.platform(os, arch).install().fails();
        for part in [os, "Linux", "X64", "ARM64", "macOS"] {
            assert!(error.contains(part), "{os} {arch}: {part:?} is not in {error:?}");
        }
    }
}

#[test]
fn a_release_that_lacks_this_target_says_so() {
    let runner = Runner::new();
    runner
        .tree
        .manifest(&[("riscv64gc-unknown-linux-musl", VERSION, &"0".repeat(64))]);
    let error = runner.install().fails();
    assert!(error.contains(&format!("release {VERSION} has no program")), "{error}");
}

#[test]
fn a_runner_that_does_not_say_what_it_is_is_looked_at() {
    let mut runner = Runner::new();
    runner.platform("", "");
    assert_eq!(runner.install().succeeds().program(), runner.cached());
}
