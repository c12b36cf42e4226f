//! A release in the order of its workflow, with a stand-in for `gh` and a bare repository as the remote.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use regex_lite::Regex;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const TARGETS: [&str; 3] = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "aarch64-apple-darwin",
];
const WORKFLOW: &str = include_str!("../../.github/workflows/release.yml");

/// Keeps a release as files, writes every effect into the log, and fails once where a test has told it to.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
cd "$STATE"
verb="$1 $2"
[ "$1" != api ] || verb=api
for word; do [ "$word" != --draft=false ] || verb=publish; done
if [ -e "fail: $verb" ]; then rm "fail: $verb"; echo "gh: $verb: HTTP 502" >&2; exit 1; fi
case $verb in
  "release view") [ -e target ] || { echo "release not found" >&2; exit 1; } ;;
  "release create" | "release edit")
    [ "$4 $5" = "--draft --target" ] && echo "$6" >target && echo "gh draft $3" >>log ;;
  "release upload")
    for word; do case $word in */*) cp "$word" assets/ && echo "gh asset ${word##*/}" >>log ;; esac; done ;;
  "release download") cp assets/* "$5/" ;;
  "attestation verify") [ -e "attested/$(sha256sum <"$3" | cut -d ' ' -f 1)" ] ;;
  publish)
    echo "gh publish $3" >>log
    git -C "$REMOTE" update-ref "refs/tags/$3" "$(cat target)" && touch published ;;
  api) [ -e mutable ] && echo false || echo true ;;
  *) echo "gh: unknown: $*" >&2; exit 2 ;;
esac
"#;

/// Whatever is pushed, by name: the order of effects is one list together with those of `gh`.
const HOOK: &str = r#"#!/bin/sh
while read -r _ _ name; do echo "git $name" >>"$STATE/log"; done
"#;

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
fn only_a_commit_that_says_a_new_version_may_be_released() {
    let world = World::new();
    world.step("prepare", "v1.2.3").fails_with("`v1.2.3` is no version");
    world.step("prepare", "1.2.3-rc.1").fails_with("is no version");
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
fn the_manifest_names_three_programs_and_refuses_to_name_what_is_not_there() {
    let world = World::new();
    let arguments = ["1.2.3", "https://example.com/v1.2.3/", "../assets"];
    let manifest = world.script("manifest", &arguments);
    let lines: Vec<String> = manifest.succeeds().lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("# "), "{lines:?}");
    let pattern =
        Regex::new(r"^(\S+) 1\.2\.3 [0-9a-f]{64} https://example\.com/v1\.2\.3/do-deploy-1\.2\.3-(\S+)$").unwrap();
    let targets: Vec<&str> = lines[1..]
        .iter()
        .map(|line| {
            let found = pattern.captures(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found[1], found[2]);
            found.get(1).unwrap().as_str()
        })
        .collect();
    assert_eq!(targets, TARGETS);

    fs::remove_file(world.assets().join(&names("1.2.3", TARGETS[2])[0])).unwrap();
    let refused = world.script("manifest", &arguments);
    refused.fails_with("`do-deploy-1.2.3-aarch64-apple-darwin` is not in `../assets`");
    assert_eq!(refused.stdout, "", "half a manifest is none");
}

#[test]
fn the_version_is_set_in_both_files_and_nowhere_else() {
    let world = World::new();
    world.script("set-version", &["2.0.0-dev"]).succeeds();
    assert_eq!(world.git(&["diff", "--numstat"]), "1\t1\tCargo.lock\n1\t1\tCargo.toml");
    world.script("set-version", &["2.0"]).fails_with("usage");
}

/// A clone of a remote that has this project's scripts and version 1.2.3, assets, and what `gh` keeps.
struct World(TempDir);

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl World {
    fn new() -> Self {
        let world = Self(TempDir::new().unwrap());
        for folder in [
            "bin",
            "state/assets",
            "state/attested",
            "assets",
            "clone/release",
            "clone/action",
        ] {
            fs::create_dir_all(world.0.path().join(folder)).unwrap();
        }
        fs::write(world.0.path().join("bin/gh"), GH).unwrap();
        executable(&world.0.path().join("bin/gh"));
        for (index, target) in TARGETS.iter().enumerate() {
            for name in names("1.2.3", target) {
                fs::write(world.assets().join(&name), format!("{name} {index}")).unwrap();
            }
        }
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs::copy(project.join(file), world.clone().join(file)).unwrap();
        }
        for script in fs::read_dir(project.join("release")).unwrap().flatten() {
            fs::copy(script.path(), world.clone().join("release").join(script.file_name())).unwrap();
        }
        fs::write(world.clone().join("action/manifest.txt"), "# Nothing is released yet\n").unwrap();

        world.git(&["init", "-q", "--bare", "-b", "main", "../remote"]);
        fs::write(world.remote_path().join("hooks/post-receive"), HOOK).unwrap();
        executable(&world.remote_path().join("hooks/post-receive"));
        world.git(&["init", "-q", "-b", "main"]);
        world.git(&["remote", "add", "origin", &world.remote_path().display().to_string()]);
        world.set_version("1.2.3");
        world.git(&["push", "-q", "origin", "HEAD:main"]);
        fs::write(world.state().join("log"), "").unwrap();
        world
    }

    fn release(&self, version: &str) {
        for step in self.steps() {
            self.step(&step, version).succeeds();
        }
    }

    /// The workflow's steps as they stand there, apart from the builds.
    fn steps(&self) -> Vec<String> {
        let step = Regex::new(r#"release/([a-z-]+) "\$VERSION"|uses: actions/(attest)-build-provenance@"#).unwrap();
        let steps: Vec<String> = step
            .captures_iter(WORKFLOW)
            .map(|found| found.get(1).or(found.get(2)).unwrap().as_str().to_owned())
            .collect();
        let needs = Regex::new(r"\n  ([a-z]+):\n    name: .*\n    needs: ([a-z]+)\n").unwrap();
        let jobs: Vec<String> = needs
            .captures_iter(WORKFLOW)
            .map(|found| format!("{} after {}", &found[1], &found[2]))
            .collect();
        assert_eq!(
            jobs,
            [
                "build after prepare",
                "draft after build",
                "attest after draft",
                "publish after attest"
            ]
        );
        assert_eq!(steps, ["prepare", "draft", "attest", "publish", "begin-next"]);
        steps
    }

    fn step(&self, step: &str, version: &str) -> Ran {
        match step {
            "attest" => self.attest(),
            "draft" => self.script("draft", &[version, "../assets"]),
            _ => self.script(step, &[version]),
        }
    }

    fn attest(&self) -> Ran {
        for asset in fs::read_dir(self.assets()).unwrap().flatten() {
            let digest = sha256(&fs::read(asset.path()).unwrap());
            fs::write(self.state().join("attested").join(digest), "").unwrap();
        }
        let log = self.state().join("log");
        fs::write(&log, fs::read_to_string(&log).unwrap() + "attest\n").unwrap();
        Ran {
            code: Some(0),
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    fn script(&self, script: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new(self.clone().join("release").join(script));
        command.args(arguments);
        self.ran(command)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments);
        self.ran(command).succeeds().trim_end().to_owned()
    }

    fn remote(&self, arguments: &[&str]) -> String {
        self.git(&[&["--git-dir", "../remote"], arguments].concat())
    }

    fn ran(&self, mut command: Command) -> Ran {
        let path = format!(
            "{}:{}",
            self.0.path().join("bin").display(),
            std::env::var("PATH").unwrap()
        );
        command
            .current_dir(self.clone())
            .env("PATH", path)
            .env("STATE", self.state())
            .env("REMOTE", self.remote_path())
            .env("GITHUB_REPOSITORY", "acme/do-deploy")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        Ran::from(command.output().unwrap())
    }

    fn set_version(&self, version: &str) {
        self.script("set-version", &[version]).succeeds();
        self.commit(version);
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        let person = ["-c", "user.name=dev", "-c", "user.email=dev@example.com"];
        self.git(&[&person[..], &["commit", "-q", "--allow-empty", "-m", message]].concat());
    }

    fn version_on_main(&self) -> [String; 2] {
        let ours = Regex::new("name = \"do-deploy\"\nversion = \"([^\"]+)\"").unwrap();
        ["Cargo.toml", "Cargo.lock"].map(|file| {
            let text = self.remote(&["show", &format!("main:{file}")]);
            ours.captures(&text).unwrap()[1].to_owned()
        })
    }

    fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.state().join("log")).unwrap();
        log.lines().map(str::to_owned).collect()
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    fn clone(&self) -> PathBuf {
        self.0.path().join("clone")
    }

    fn assets(&self) -> PathBuf {
        self.0.path().join("assets")
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    fn remote_path(&self) -> PathBuf {
        self.0.path().join("remote")
    }
}

impl Ran {
    fn good(&self) -> bool {
        self.code == Some(0)
    }

    #[track_caller]
    fn succeeds(&self) -> &str {
        assert!(self.good(), "{:?}: {}{}", self.code, self.stdout, self.stderr);
        &self.stdout
    }

    #[track_caller]
    fn fails_with(&self, words: &str) {
        assert!(
            !self.good() && self.stderr.contains(words),
            "{:?}: {}",
            self.code,
            self.stderr
        );
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn names(version: &str, target: &str) -> [String; 2] {
    ["do-deploy", "do-deploy-sandbox"].map(|name| format!("{name}-{version}-{target}"))
}

/// As `World` fills its assets.
fn manifest_line(version: &str, target: &str) -> String {
    let [name, _] = names(version, target);
    let index = TARGETS.iter().position(|known| *known == target).unwrap();
    let digest = sha256(format!("{name} {index}").as_bytes());
    format!("{target} {version} {digest} https://github.com/acme/do-deploy/releases/download/v{version}/{name}")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
