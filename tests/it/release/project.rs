//! A project that can be released: a clone, its bare remote, assets, and a stand-in for `gh`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex_lite::Regex;
use tempfile::TempDir;

use super::assets::{TARGETS, names, sha256};
use super::script_result::Ran;

const WORKFLOW: &str = include_str!("../../../.github/workflows/release.yml");

/// Keeps a release as files, writes every effect into the log, and fails once where a test says so.
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
  "attestation verify")
    # `--source-ref` is asked for: what a tag of the branch's name has built is attested, too.
    case " $* " in *" --source-ref $(cat "attested/$(sha256sum <"$3" | cut -d ' ' -f 1)") "*) ;; *) exit 1 ;; esac ;;
  publish)
    echo "gh publish $3" >>log
    before=; for word; do [ "$before" != --target ] || echo "$word" >target; before=$word; done
    git -C "$REMOTE" update-ref "refs/tags/$3" "$(cat target)" && touch published ;;
  api) [ -e mutable ] && echo false || echo true ;;
  *) echo "gh: unknown: $*" >&2; exit 2 ;;
esac
"#;

/// Whatever is pushed, by name: the order of effects is one list together with those of `gh`.
const HOOK: &str = r#"#!/bin/sh
while read -r _ _ name; do echo "git $name" >>"$STATE/log"; done
"#;

/// A clone of a remote that has this project's scripts and version 1.2.3, assets, and what `gh` keeps.
#[derive(Debug)]
pub(super) struct World(TempDir);

impl World {
    pub(super) fn new() -> Self {
        let world = Self(TempDir::new().unwrap());
        for folder in [
            "bin",
            "temporary",
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

    pub(super) fn release(&self, version: &str) {
        for step in self.steps() {
            self.step(&step, version).succeeds();
            assert_eq!(
                fs::read_dir(self.temporary()).unwrap().count(),
                0,
                "`{step}` leaves files"
            );
        }
    }

    /// The workflow's steps as they stand there, apart from the builds.
    pub(super) fn steps(&self) -> Vec<String> {
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

    pub(super) fn step(&self, step: &str, version: &str) -> Ran {
        match step {
            "attest" => self.attest(),
            "draft" => self.script("draft", &[version, "../assets"]),
            _ => self.script(step, &[version]),
        }
    }

    pub(super) fn attest(&self) -> Ran {
        self.attest_from("refs/heads/main")
    }

    /// As a run of the workflow that was started on `reference`.
    pub(super) fn attest_from(&self, reference: &str) -> Ran {
        for asset in fs::read_dir(self.assets()).unwrap().flatten() {
            let digest = sha256(&fs::read(asset.path()).unwrap());
            fs::write(self.state().join("attested").join(digest), reference).unwrap();
        }
        let log = self.state().join("log");
        fs::write(&log, fs::read_to_string(&log).unwrap() + "attest\n").unwrap();
        Ran {
            code: Some(0),
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    pub(super) fn script(&self, script: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new(self.clone().join("release").join(script));
        command.args(arguments);
        self.ran(command)
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments);
        self.ran(command).succeeds().trim_end().to_owned()
    }

    /// A script in the clone.
    pub(super) fn shell(&self, script: &str) {
        let mut command = Command::new("bash");
        command.args(["-euc", script]);
        self.ran(command).succeeds();
    }

    pub(super) fn remote(&self, arguments: &[&str]) -> String {
        self.git(&[&["--git-dir", "../remote"], arguments].concat())
    }

    pub(super) fn ran(&self, mut command: Command) -> Ran {
        let path = format!(
            "{}:{}",
            self.0.path().join("bin").display(),
            std::env::var("PATH").unwrap()
        );
        command
            .current_dir(self.clone())
            .env("PATH", path)
            .env("TMPDIR", self.temporary())
            .env("STATE", self.state())
            .env("REMOTE", self.remote_path())
            .env("GITHUB_REPOSITORY", "acme/do-deploy")
            .env("GITHUB_SERVER_URL", "https://github.com")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        Ran::from(command.output().unwrap())
    }

    pub(super) fn set_version(&self, version: &str) {
        self.script("set-version", &[version]).succeeds();
        self.commit(version);
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        let person = ["-c", "user.name=dev", "-c", "user.email=dev@example.com"];
        self.git(&[&person[..], &["commit", "-q", "--allow-empty", "-m", message]].concat());
    }

    pub(super) fn version_on_main(&self) -> [String; 2] {
        let ours = Regex::new("name = \"do-deploy\"\nversion = \"([^\"]+)\"").unwrap();
        ["Cargo.toml", "Cargo.lock"].map(|file| {
            let text = self.remote(&["show", &format!("main:{file}")]);
            ours.captures(&text).unwrap()[1].to_owned()
        })
    }

    pub(super) fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.state().join("log")).unwrap();
        log.lines().map(str::to_owned).collect()
    }

    pub(super) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    pub(super) fn clone(&self) -> PathBuf {
        self.0.path().join("clone")
    }

    pub(super) fn assets(&self) -> PathBuf {
        self.0.path().join("assets")
    }

    fn temporary(&self) -> PathBuf {
        self.0.path().join("temporary")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    pub(super) fn remote_path(&self) -> PathBuf {
        self.0.path().join("remote")
    }
}

pub(super) fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
