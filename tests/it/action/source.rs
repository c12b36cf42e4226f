//! A commit of the action that is no release, or `build-from-source`: the program is built from that commit.

use std::fs;

use super::runner::Runner;
use super::tree::{TARGET, VERSION};

/// A cargo that writes down how it was called, and builds a small script.
const CARGO: &str = r#"#!/bin/sh
printf '%s\n' "$PWD: $*" >>"$HOME/cargo calls"
for argument; do root=$argument; done
mkdir -p "$root/bin" && printf '#!/bin/sh\n' >"$root/bin/do-deploy" && chmod +x "$root/bin/do-deploy"
"#;

fn with_cargo() -> Runner {
    let mut runner = Runner::new();
    runner.program("cargo", CARGO);
    runner
}

/// How cargo was called so far.
fn calls(runner: &Runner) -> Vec<String> {
    let calls = fs::read_to_string(runner.path("home").join("cargo calls")).unwrap_or_default();
    calls.lines().map(str::to_owned).collect()
}

#[test]
fn a_commit_ahead_of_its_release_is_built_with_the_lock_file() {
    for manifest in [vec![], vec![(TARGET, "0.0.9", "0")]] {
        let runner = with_cargo();
        let sha = "0".repeat(64);
        let lines: Vec<_> = manifest
            .iter()
            .map(|(target, version, _)| (*target, *version, sha.as_str()))
            .collect();
        runner.tree.manifest(&lines);
        let installed = runner.install().succeeds();
        assert_eq!(installed.outputs["version"], VERSION);
        assert!(
            installed.program().starts_with(runner.path("_temp")),
            "{}",
            installed.said
        );
        let calls = calls(&runner);
        // In the action's own folder: cargo obeys the configuration of where it is.
        let begin = format!(
            "{}: install --quiet --locked --no-default-features --path . --root ",
            runner.tree.0.display()
        );
        assert!(calls.len() == 1 && calls[0].starts_with(&begin), "{calls:?}");
    }
}

#[test]
fn what_is_asked_for_is_built_on_every_platform_that_has_cargo() {
    let mut runner = with_cargo();
    for (os, arch) in [("Linux", "X64"), ("macOS", "X64"), ("Linux", "ARM")] {
        runner
            .platform(os, arch)
            .install_with(&[("build-from-source", "true")])
            .succeeds();
    }
    assert!(!runner.cached().exists());
}

#[test]
fn a_second_step_of_the_job_builds_again_only_if_the_commit_is_another() {
    let runner = with_cargo();
    let first = runner
        .install_with(&[("build-from-source", "true")])
        .succeeds()
        .program();
    let second = runner
        .install_with(&[("build-from-source", "True")])
        .succeeds()
        .program();
    assert_eq!((&first, calls(&runner).len()), (&second, 1));
    runner.tree.write("Cargo.lock", "# another commit\n");
    let third = runner
        .install_with(&[("build-from-source", "TRUE")])
        .succeeds()
        .program();
    assert_eq!(calls(&runner).len(), 2);
    assert_ne!(first, third);
}

#[test]
fn without_cargo_the_message_says_what_to_do() {
    let mut runner = Runner::new();
    runner.tree.manifest(&[]);
    let error = runner.only(&["find", "sort"]).install().fails();
    assert!(
        error.contains("no `cargo`") && error.contains("pin the action to a release"),
        "{error}"
    );
}

#[test]
fn a_build_that_fails_stops_the_step() {
    let mut runner = Runner::new();
    runner.program("cargo", "#!/bin/sh\necho 'error: no linker' >&2\nexit 101\n");
    let installed = runner.install_with(&[("build-from-source", "true")]);
    assert!(installed.fails().contains("could not be built"));
    assert!(installed.said.contains("no linker"), "{}", installed.said);
}

#[test]
fn neither_true_nor_false_is_an_error_that_names_the_input() {
    let runner = Runner::new();
    let error = runner
        .install_with(&[("build-from-source", "yes, 100%\n::warning::x")])
        .fails();
    assert!(
        error.starts_with("the input `build-from-source` cannot be `yes, 100%25%0A::warning::x`"),
        "{error}"
    );
}
