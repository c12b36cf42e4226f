//! `do-deploy init`: workflows, a first spec, and what is left for a person to do.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::harness::{PACE, binary};

mod files;
mod first_spec;
mod live_app;
mod pin;
mod repository;
mod several_apps;
mod templates;
mod token;

/// The release that the program belongs to; a version that is being worked on is on its way to it.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION").trim_end_matches("-dev")
}

const WORKFLOWS: [&str; 4] = ["production", "preview", "sweep", "redeploy"];
/// What takes the place of `preview` where previews are isolated.
const ISOLATED: [&str; 2] = ["isolated/preview-start", "isolated/preview"];

/// A clone on a developer's machine, without tokens and without a network.
struct Clone(TempDir);

impl Clone {
    fn new(files: &[(&str, &str)]) -> Self {
        let clone = Self(tempfile::tempdir().expect("a folder"));
        clone.git(&["init", "--quiet", "--initial-branch=main"]);
        clone.git(&["remote", "add", "origin", "git@github.com:acme/shop.git"]);
        for (path, text) in files {
            clone.write(path, text);
        }
        clone
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn git(&self, args: &[&str]) {
        let done = Command::new("git").arg("-C").arg(self.path()).args(args).status();
        assert!(done.expect("git runs").success(), "{args:?}");
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// Every file outside of `.git`, with its text.
    fn everything(&self) -> Vec<(String, String)> {
        let listed = Command::new("git")
            .arg("-C")
            .arg(self.path())
            .args(["ls-files", "--others", "--cached"])
            .output()
            .unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let mut files: Vec<(String, String)> = listed.lines().map(|path| (path.to_owned(), self.read(path))).collect();
        files.sort();
        files
    }

    fn init_with(&self, args: &[&str], envs: &[(&str, &str)]) -> Said {
        let mut command = Command::new(binary());
        command.arg("init").args(args).current_dir(self.path()).env_clear();
        command
            .env("PATH", std::env::var("PATH").unwrap())
            // No network: the connection is refused at once.
            .env("GITHUB_API_URL", "http://127.0.0.1:9")
            .env("DO_DEPLOY_PACE", PACE)
            .envs(envs.iter().copied());
        Said::from(command.output().expect("the program runs"))
    }

    fn init(&self, args: &[&str]) -> Said {
        self.init_with(args, &[])
    }
}

/// What a run said, and how it ended.
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    #[track_caller]
    fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn says(&self, part: &str) -> &Self {
        let text = format!("{}{}", self.stdout, self.stderr);
        assert!(text.contains(part), "{part:?} is not said:\n{text}");
        self
    }
}

fn python() -> Clone {
    Clone::new(&[
        ("requirements.txt", "fastapi\nuvicorn\n"),
        ("main.py", "app = FastAPI()\n"),
    ])
}

fn template(name: &str) -> String {
    let path = format!("{}/workflows-templates/{name}.yml", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("a template")
}

/// A template as it has to stand in the repository: with the names that the files have there.
fn written(name: &str) -> String {
    let names = WORKFLOWS.into_iter().chain(["preview-start"]);
    names.fold(template(name), |text, other| {
        text.replace(&format!("{other}.yml"), &format!("do-deploy-{other}.yml"))
    })
}
