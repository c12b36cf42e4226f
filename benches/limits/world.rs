//! A sandbox over a temporary repository with the demo's service, and that service alone.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http;

/// The program as `cargo bench` has built it: optimised, with the sandbox.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_do-deploy");

const REPOSITORY: &str = "org/measured";
const APP: &str = "measured";
/// How long the sandbox may take to answer, a deployment to be listed, a service to start or to fall asleep.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at what costs nothing to look at, so that a start is timed finely enough.
const OFTEN: Duration = Duration::from_millis(1);
/// Between two calls of an API that allows 250 a minute, ten times as fast at the pace used here.
const SELDOM: Duration = Duration::from_millis(100);

const SPEC: &str = "\
name: measured
region: nyc
services:
  - name: web
    github: { repo: org/measured, branch: main, deploy_on_push: false }
    run_command: do-deploy demo-app migrate && exec do-deploy demo-app serve
    http_port: 8080
    instance_count: 1
    instance_size_slug: apps-s-1vcpu-0.5gb
    health_check: { http_path: /health }
    envs:
      - { key: DATABASE_URL, scope: RUN_TIME, value: 'sqlite:////tmp/measured.db' }
";

const CONFIG: &str = "[preview]\nsleep = \"10m\"\n";
const MIGRATION: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\n";

pub(crate) struct World {
    root: TempDir,
    sandbox: Child,
    environment: Vec<(String, String)>,
}

impl World {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let root = tempfile::tempdir()?;
        let repository = repository(root.path())?;
        let env_file = root.path().join("env");
        let sandbox = Command::new(BINARY)
            .args(["sandbox", "--env-file"])
            .arg(&env_file)
            .arg("--repo")
            .arg(format!("{REPOSITORY}={}", repository.display()))
            .env("PATH", path()?)
            .env("DO_DEPLOY_PACE", "0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(root.path().join("sandbox.log"))?)
            .spawn()?;
        let mut world = Self {
            root,
            sandbox,
            environment: Vec::new(),
        };
        until("the sandbox's env file", OFTEN, || Ok(env_file.exists()))?;
        world.environment = fs::read_to_string(&env_file)?
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        world.environment.push(("DO_DEPLOY_PACE".to_owned(), "0.1".to_owned()));
        Ok(world)
    }

    /// `do-deploy` in the work tree, with the sandbox's environment and nothing of a CI job's.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(self.root.path().join("repository"));
        command.env_clear().envs(self.environment.iter().cloned());
        command
    }

    pub(crate) fn open_pull(&self, title: &str) -> anyhow::Result<u64> {
        let body = json!({ "title": title, "head": "measured", "base": "main" });
        let url = format!("{}/repos/{REPOSITORY}/pulls", self.value("GITHUB_API_URL")?);
        let pull = http::call("POST", &url, self.value("GITHUB_TOKEN")?, Some(&body))?;
        pull["number"].as_u64().context("the pull request has no number")
    }

    pub(crate) fn preview_url(&self, number: u64) -> anyhow::Result<String> {
        let app = self.app(&format!("{APP}-pr-{number}"))?;
        Ok(app["live_url"]
            .as_str()
            .context("the preview has no URL")?
            .trim_end_matches('/')
            .to_owned())
    }

    /// Moves the clock past the idle time and waits until the platform says that the service behind `url` sleeps.
    pub(crate) fn put_to_sleep(&self, url: &str, seconds: u64) -> anyhow::Result<()> {
        let apps = self.apps()?;
        let app = apps
            .iter()
            .find(|app| app["live_url"].as_str().is_some_and(|live| live.starts_with(url)));
        let id = app
            .and_then(|app| app["id"].as_str())
            .with_context(|| format!("no app has the URL {url}"))?;
        let before = self.sleeps(id)?;
        let clock = format!("{}/_sandbox/clock", self.value("SANDBOX_URL")?);
        http::call(
            "POST",
            &clock,
            self.value("SANDBOX_TOKEN")?,
            Some(&json!({ "advance_seconds": seconds + 60 })),
        )?;
        until("the service to fall asleep", SELDOM, || Ok(self.sleeps(id)? > before))
    }

    /// The demo's service on a port of its own, without the sandbox; it has answered once.
    pub(crate) fn serve_directly(&self, port: u16) -> anyhow::Result<Direct> {
        let directory = tempfile::tempdir_in(self.root.path())?;
        copy_service(directory.path())?;
        let database = format!("sqlite:///{}", directory.path().join("direct.db").display());
        let command = |argument: &str| {
            let mut command = Command::new(BINARY);
            command.args(["demo-app", argument]).current_dir(directory.path());
            command.env("PORT", port.to_string()).env("DATABASE_URL", &database);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        ensure!(
            command("migrate").status()?.success(),
            "`do-deploy demo-app migrate` failed"
        );
        let child = command("serve").spawn()?;
        let direct = Direct {
            url: format!("http://127.0.0.1:{port}"),
            child,
            _directory: directory,
        };
        until("the demo's service", OFTEN, || {
            Ok(http::Connection::open(&direct.url)
                .and_then(|mut connection| connection.get("/health"))
                .is_ok())
        })?;
        Ok(direct)
    }

    fn sleeps(&self, id: &str) -> anyhow::Result<usize> {
        let url = format!(
            "{}/v2/apps/{id}/events?per_page=200",
            self.value("DIGITALOCEAN_API_URL")?
        );
        let events = http::call("GET", &url, self.value("DIGITALOCEAN_ACCESS_TOKEN")?, None)?;
        Ok(events["events"].to_string().matches("scale_to_zero").count())
    }

    fn app(&self, name: &str) -> anyhow::Result<Value> {
        let apps = self.apps()?;
        let app = apps.into_iter().find(|app| app["spec"]["name"] == name);
        app.with_context(|| format!("there is no app `{name}`"))
    }

    fn apps(&self) -> anyhow::Result<Vec<Value>> {
        let url = format!("{}/v2/apps?per_page=200", self.value("DIGITALOCEAN_API_URL")?);
        let list = http::call("GET", &url, self.value("DIGITALOCEAN_ACCESS_TOKEN")?, None)?;
        Ok(list["apps"].as_array().cloned().unwrap_or_default())
    }

    fn value(&self, name: &str) -> anyhow::Result<&str> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        Ok(found
            .with_context(|| format!("the sandbox did not say `{name}`"))?
            .1
            .trim_end_matches('/'))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A signal that can be handled, so that the sandbox ends what it started.
        let asked = Command::new("kill")
            .arg(self.sandbox.id().to_string())
            .status()
            .is_ok_and(|done| done.success());
        if !asked {
            let _ = self.sandbox.kill();
        }
        let _ = self.sandbox.wait();
    }
}

/// The demo's service without anything in front of it; ends when dropped.
pub(crate) struct Direct {
    pub(crate) url: String,
    child: Child,
    _directory: TempDir,
}

impl Drop for Direct {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A repository and an environment that lead a preview to its first request, whatever answers that.
pub(crate) fn offline() -> anyhow::Result<(TempDir, Vec<(String, String)>)> {
    let root = tempfile::tempdir()?;
    fs::write(root.path().join("app.yaml"), SPEC)?;
    let environment = [
        ("DIGITALOCEAN_ACCESS_TOKEN", "measured-cloud-token"),
        ("GITHUB_TOKEN", "measured-github-token"),
        ("GITHUB_REPOSITORY", REPOSITORY),
    ];
    Ok((
        root,
        environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
    ))
}

/// `VmHWM` of a process, in KiB: the highest resident size so far.
pub(crate) fn peak_kib(status: &str) -> Option<u64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn repository(root: &Path) -> anyhow::Result<PathBuf> {
    let path = root.join("repository");
    copy_service(&path)?;
    fs::write(path.join("app.yaml"), SPEC)?;
    fs::write(path.join("do-deploy.toml"), CONFIG)?;
    let git = |arguments: &[&str]| -> anyhow::Result<()> {
        let mut command = Command::new("git");
        command
            .current_dir(&path)
            .args(["-c", "user.name=author", "-c", "user.email=author@example.com"]);
        let done = command.args(["-c", "commit.gpgsign=false"]).args(arguments).status()?;
        ensure!(done.success(), "`git {}` failed", arguments.join(" "));
        Ok(())
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message", "The measured service"])?;
    git(&["switch", "--quiet", "--create", "measured"])?;
    fs::write(path.join("VERSION"), "second\n")?;
    git(&["commit", "--quiet", "--all", "--message", "Another version"])?;
    Ok(path)
}

fn copy_service(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path.join("migrations"))?;
    fs::write(path.join("VERSION"), "first\n")?;
    fs::write(path.join("migrations/0001_notes.sql"), MIGRATION)?;
    Ok(())
}

/// The program's own directory first, so that a deployed service finds `do-deploy`.
fn path() -> anyhow::Result<String> {
    let own = Path::new(BINARY)
        .parent()
        .context("the program has no directory")?
        .display()
        .to_string();
    Ok(std::env::var("PATH").map_or_else(|_| own.clone(), |rest| format!("{own}:{rest}")))
}

fn until(what: &str, pause: Duration, mut condition: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let end = Instant::now() + PATIENCE;
    while !condition()? {
        if Instant::now() > end {
            bail!("waited {} s in vain for {what}", PATIENCE.as_secs());
        }
        std::thread::sleep(pause);
    }
    Ok(())
}
