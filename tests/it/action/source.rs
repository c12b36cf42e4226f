//! A commit of the action that is not a release, or `build-from-source`: the program is built from that commit.

use std::fs;

use super::action_commit::{TARGET, VERSION};
use super::runner::Runner;

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
            "{}: install --quiet --locked --no-default-features --path . --target-dir {}/",
            runner.tree.0.display(),
            runner.path("_temp").display()
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

/// A crate that an earlier build has compiled is linked as it is found.
#[test]
fn nothing_that_an_earlier_build_has_compiled_is_linked() {
    for variable in [None, Some("CARGO_TARGET_DIR"), Some("CARGO_BUILD_TARGET_DIR")] {
        let mut runner = with_cargo();
        let old = runner.path("work space/target").display().to_string();
        if let Some(variable) = variable {
            runner.env(variable, &old);
        }
        runner.install_with(&[("build-from-source", "true")]).succeeds();
        let call = calls(&runner).remove(0);
        let (_, target) = call.split_once(" --target-dir ").unwrap_or_else(|| panic!("{call}"));
        let begin = format!("{}/", runner.path("_temp").display());
        assert!(
            target.starts_with(&begin),
            "in the job's own folder, which the runner empties: {call}"
        );
    }
}

#[test]
fn a_configuration_above_the_action_that_an_earlier_job_left_is_refused_by_name() {
    holds!("an earlier job", ["use a token"]);
    for name in [
        ".cargo/config.toml",
        ".cargo/config",
        "rust-toolchain.toml",
        "rust-toolchain",
    ] {
        for folder in ["_actions/org/do-deploy", "_actions", "."] {
            let runner = with_cargo();
            let file = runner.path(folder).join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "[build]\nrustc-wrapper = \"/tmp/evil\"\n").unwrap();
            let error = runner.install_with(&[("build-from-source", "true")]).fails();
            assert!(
                error.contains(name) && error.contains("would change how the program is built"),
                "{error}"
            );
            assert_eq!(calls(&runner), Vec::<String>::new(), "{name} in {folder}");
        }
    }
}

#[test]
fn a_configuration_that_cannot_be_read_yet_is_refused_as_well() {
    let runner = with_cargo();
    std::os::unix::fs::symlink("/nowhere/toolchain", runner.path("_actions/rust-toolchain")).unwrap();
    let error = runner.install_with(&[("build-from-source", "true")]).fails();
    assert!(error.contains("_actions/rust-toolchain`"), "{error}");
}

#[test]
fn the_runners_own_cargo_home_may_lie_above_the_action() {
    for name in [".cargo", "by another name"] {
        let mut runner = with_cargo();
        let home = runner.path(".cargo");
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join("config.toml"), "").unwrap();
        if name != ".cargo" {
            std::os::unix::fs::symlink(&home, runner.path(name)).unwrap();
        }
        let own = runner.path(name).to_string_lossy().into_owned();
        runner.env("CARGO_HOME", &own);
        runner.install_with(&[("build-from-source", "true")]).succeeds();
    }
}

#[test]
fn a_workspace_above_the_action_has_no_say() {
    let runner = Runner::new();
    fs::write(
        runner.path("_actions/Cargo.toml"),
        "[workspace]\nmembers = [\"**/*\"]\n[patch.crates-io]\nserde = {path = \"/tmp/evil\"}\n",
    )
    .unwrap();
    // The workspace's members, as far as cargo looks for them.
    fs::create_dir_all(runner.tree.0.join("src/sandbox")).unwrap();
    runner.tree.write("src/main.rs", "fn main() {}\n");
    runner.tree.write("src/sandbox/lib.rs", "");
    runner.tree.write(
        "src/sandbox/Cargo.toml",
        include_str!("../../../src/sandbox/Cargo.toml"),
    );
    let located = std::process::Command::new(env!("CARGO"))
        .args(["locate-project", "--workspace", "--message-format", "plain"])
        .current_dir(&runner.tree.0)
        .output()
        .unwrap();
    let root = String::from_utf8_lossy(&located.stdout).into_owned();
    assert!(root.trim_end().ends_with("a commit/Cargo.toml"), "{root}{located:?}");
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
