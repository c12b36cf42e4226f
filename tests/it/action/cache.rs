//! The tool cache: used when it is right, replaced when it is not, skipped when missing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::mirror::sha_of;
use super::runner::Runner;
use crate::harness::{Tester, run};

/// In cargo's place.
const BUILDS_A_SCRIPT: &str = r#"#!/bin/sh
for argument; do root=$argument; done
mkdir -p "$root/bin" && printf '#!/bin/sh\n' >"$root/bin/do-deploy" && chmod +x "$root/bin/do-deploy"
"#;

#[test]
fn a_warm_tool_cache_needs_no_network() {
    let mut runner = Runner::new();
    let program = runner.install().succeeds().program();
    assert_eq!(program, runner.cached());
    runner.env("DO_DEPLOY_MIRROR", "https://nowhere.invalid");
    let again = runner.only(&["sh"]).install().succeeds();
    assert_eq!(again.program(), program);
    assert_eq!(again.outputs["version"], super::action_commit::VERSION);
}

#[test]
fn a_tampered_program_is_replaced_and_that_is_said() {
    holds!("an earlier job", ["use a token"]);
    let runner = Runner::new();
    runner.install().succeeds();
    fs::write(runner.cached(), "#!/bin/sh\necho evil\n").expect("the cached program");
    let evil = sha_of(&runner.cached());
    let again = runner.install().succeeds();
    assert!(
        again.said.contains(&evil) && again.said.contains(&runner.asset.sha),
        "{}",
        again.said
    );
    assert_eq!(sha_of(&again.program()), runner.asset.sha);
}

#[tokio::test]
async fn a_program_that_is_exchanged_between_the_two_steps_is_not_started() {
    holds!("an earlier job", ["use a token"]);
    run(async |t: &mut Tester| {
        for (place, source) in [("tool cache", "false"), ("_temp", "true")] {
            let mut runner = Runner::with_the_program();
            runner.program("cargo", BUILDS_A_SCRIPT);
            let with = [("command", "status"), ("build-from-source", source)];
            let uses = runner.uses(t, &with);
            let evil = format!("#!/bin/sh\ntouch '{}'\n", runner.path("evil").display());
            // A link leads to the program under test.
            let program = runner.first_program();
            assert!(program.starts_with(runner.path(place)), "{}", program.display());
            fs::remove_file(&program).expect("the program");
            fs::write(&program, evil).expect("another program");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("the program");
            uses.await
                .fails_with(2)
                .says("was changed after its hash had been checked, so it is not started")
                .touches_nothing();
            assert!(!runner.path("evil").exists());
        }
    })
    .await;
}

#[test]
fn a_program_that_cannot_be_executed_is_replaced() {
    let runner = Runner::new();
    runner.install().succeeds();
    fs::set_permissions(runner.cached(), fs::Permissions::from_mode(0o644)).expect("the cached program");
    let program = runner.install().succeeds().program();
    let mode = fs::metadata(program).expect("the program").permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn without_a_tool_cache_the_jobs_own_folder_is_taken() {
    let mut runner = Runner::new();
    runner.without_env("RUNNER_TOOL_CACHE");
    assert_eq!(runner.install().succeeds().program(), runner.place_in("_temp"));
    runner.env("RUNNER_TOOL_CACHE", "");
    assert_eq!(runner.install().succeeds().program(), runner.place_in("_temp"));
}

#[test]
fn a_tool_cache_that_cannot_be_written_is_done_without() {
    let mut runner = Runner::new();
    // No rights keep root out, but a file in the place of a folder does.
    let file = runner.path("a file");
    fs::write(&file, "").expect("a file");
    runner.env("RUNNER_TOOL_CACHE", &file.to_string_lossy());
    assert_eq!(runner.install().succeeds().program(), runner.place_in("_temp"));
}

/// An earlier job can leave one there.
#[test]
fn a_folder_in_the_programs_place_is_done_without() {
    let runner = Runner::new();
    fs::create_dir_all(runner.cached()).expect("a folder");
    let installed = runner.install().succeeds();
    assert_eq!(installed.program(), runner.place_in("_temp"));
    assert!(
        installed.said.contains("it is a folder where the program belongs"),
        "{}",
        installed.said
    );
}

/// A curl that finds no room below `full`, as its exit code says, and else copies the asset to the given path.
const CURL_WITHOUT_ROOM: &str = r#"#!/bin/sh
while [ "$1" != --output ]; do shift; done
case $2 in
  "$FULL"/*) echo 'curl: (23) Failure writing output to destination' >&2; exit 23 ;;
esac
cp "$ASSET" "$2""#;

fn with_a_full_folder(folder: &str) -> Runner {
    let mut runner = Runner::new();
    let (asset, full) = (runner.asset.file.clone(), runner.path(folder));
    runner
        .program("curl", CURL_WITHOUT_ROOM)
        .program("sleep", "#!/bin/sh\n")
        .env("ASSET", &asset.to_string_lossy())
        .env("FULL", &full.to_string_lossy())
        .env("DO_DEPLOY_MIRROR", "https://mirror.example");
    runner
}

#[test]
fn a_tool_cache_without_room_is_done_without() {
    let runner = with_a_full_folder("tool cache");
    let program = runner.install().succeeds().program();
    assert_eq!(program, runner.place_in("_temp"));
    assert_eq!(runner.files("tool cache"), Vec::<PathBuf>::new());
    let again = runner.install().succeeds();
    assert_eq!(again.program(), program);
    assert_eq!(again.said, "", "the job's second step of this action finds it");
}

#[test]
fn a_tool_cache_that_takes_no_new_file_is_done_without() {
    for (program, refuses) in [
        ("mktemp", "*/.download.*"),
        ("mv", "*/.download.*"),
        ("cp", "*/do-deploy-*"),
    ] {
        let mut runner = Runner::new();
        let full = runner.path("tool cache");
        // `cp` as on a disk that fills up: some of the program, and no more of anything.
        let script = format!(
            r#"#!/bin/sh
for last in "$@"; do :; done
case "$*" in
  "$FULL"/{refuses} | *" $FULL"/*) [ {program} = cp ] && rm "$last" && ln -s /dev/full "$last"; exit 1 ;;
esac
PATH=${{PATH#*:}}
exec {program} "$@""#
        );
        runner.program(program, &script).env("FULL", &full.to_string_lossy());
        let installed = runner.install().succeeds();
        assert_eq!(installed.program(), runner.place_in("_temp"), "{program}");
        assert_eq!(runner.files("tool cache"), Vec::<PathBuf>::new(), "{program}");
    }
}

#[test]
fn no_room_anywhere_is_said_with_the_folders_and_not_blamed_on_the_network() {
    let mut runner = with_a_full_folder("");
    let full = runner.path("");
    let full = full.to_string_lossy();
    runner.env("FULL", full.trim_end_matches('/'));
    let error = runner.install().fails();
    for folder in ["tool cache", "_temp"] {
        let folder = runner.path(folder);
        assert!(error.contains(&format!("`{}`", folder.display())), "{error}");
        assert_eq!(runner.files("_temp"), Vec::<PathBuf>::new());
    }
    assert!(error.contains("make room") && !error.contains("downloaded"), "{error}");
}

#[test]
fn a_tree_that_is_not_whole_is_said_in_one_line() {
    for file in ["Cargo.toml", "action/manifest.txt"] {
        let runner = Runner::new();
        fs::remove_file(runner.tree.0.join(file)).expect("a file of the tree");
        let installed = runner.install();
        let error = installed.fails();
        assert!(error.contains(&format!("/{file}` cannot be read")), "{error}");
        assert_eq!(installed.said.trim_end().lines().count(), 1, "{}", installed.said);
    }
}

#[test]
fn two_jobs_at_once_end_with_one_good_program() {
    let runner = Runner::new();
    for _ in 0..5 {
        let started: Vec<_> = (0..4).map(|_| runner.start_install(&[])).collect();
        for installing in started {
            let program = installing.end().succeeds().program();
            assert_eq!(program, runner.cached());
            assert_eq!(sha_of(&program), runner.asset.sha);
        }
        assert_eq!(runner.files("tool cache"), [runner.cached()]);
        assert_eq!(runner.files("_temp"), Vec::<PathBuf>::new());
        fs::remove_file(runner.cached()).expect("the cached program");
    }
}

#[test]
fn what_only_a_runner_sets_is_asked_for_by_its_name() {
    let mut runner = Runner::new();
    for value in [None, Some("")] {
        match value {
            Some(value) => runner.env("RUNNER_TEMP", value),
            None => runner.without_env("RUNNER_TEMP"),
        };
        let error = runner.install().fails();
        assert!(error.contains("`RUNNER_TEMP` is not set"), "{error}");
    }
}
