//! Where the story plays: a temporary Git repository, a sandbox, and the program itself as a child process.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::http::{self, Answer};

pub(super) const REPOSITORY: &str = "org/notes";

/// Twenty times as fast as real life: the sandbox is quicker than a cloud.
const PACE: &str = "0.05";

/// How long anything may take that the story waits for.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

pub(super) struct Playground {
    folder: TempDir,
    program: PathBuf,
    sandbox: Option<Child>,
    /// The process group of the flow that runs right now.
    flow: Option<i32>,
    variables: BTreeMap<String, String>,
    urls: Vec<(String, String)>,
    run: u32,
}

/// How many requests each API has answered.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) digitalocean: usize,
    pub(super) github: usize,
}

/// How a command of the program ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) log: String,
}

impl Playground {
    pub(super) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("do-deploy-demo-")
            // The sandbox's tokens lie in it, and they allow running commands.
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .context("no room for temporary files")?;
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        Ok(Self {
            folder,
            program,
            sandbox: None,
            flow: None,
            variables: BTreeMap::new(),
            urls: Vec::new(),
            run: 0,
        })
    }

    /// Makes the repository and starts the sandbox.
    pub(super) async fn open(&mut self) -> anyhow::Result<()> {
        std::fs::create_dir_all(self.repository())?;
        // The sandbox shows this folder to every instance.
        std::fs::create_dir_all(self.cloud().join("shared"))?;
        self.git(&["init", "--quiet", "--initial-branch", "main"]).await?;
        let env_file = self.folder.path().join("sandbox.env");
        let child = Command::new(&self.program)
            .arg("sandbox")
            .args(["--listen", "127.0.0.1:0"])
            .arg("--dir")
            .arg(self.cloud())
            .arg("--repo")
            .arg(format!("{REPOSITORY}={}", self.repository().display()))
            .arg("--env-file")
            .arg(&env_file)
            .env("DO_DEPLOY_PACE", PACE)
            .env("PATH", self.path_with_program()?)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        self.sandbox = Some(child);
        let text = until("the sandbox answers", async || {
            Ok(std::fs::read_to_string(&env_file).ok())
        })
        .await?;
        self.variables = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Ok(())
    }

    /// Ends every process and removes every file.
    pub(super) async fn clear(&mut self) {
        if let Some(group) = self.flow.take() {
            // An error means that it has already ended.
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        let Some(mut sandbox) = self.sandbox.take() else { return };
        if let Some(id) = sandbox.id().and_then(|id| i32::try_from(id).ok()) {
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        if tokio::time::timeout(PATIENCE, sandbox.wait()).await.is_err() {
            let _ = sandbox.kill().await;
        }
    }

    /// Where production's database lies: outside of every instance, as a managed database would.
    pub(super) fn production_database(&self) -> String {
        format!(
            "sqlite:///{}",
            self.cloud().join("shared").join("production.db").display()
        )
    }

    pub(super) fn urls(&self) -> &[(String, String)] {
        &self.urls
    }

    /// The address of a page of the sandbox's, to be opened in a browser.
    pub(super) fn page(&self, url: &str) -> anyhow::Result<String> {
        Ok(format!("{url}?token={}", self.variable("SANDBOX_TOKEN")?))
    }

    pub(super) fn remember_url(&mut self, what: &str, url: String) {
        self.urls.retain(|(known, _)| known != what);
        self.urls.push((what.to_owned(), url));
    }

    /// Writes files, commits them to a branch (made from `main` where it is new) and returns the commit.
    pub(super) async fn commit(
        &self,
        branch: &str,
        message: &str,
        files: &[(&str, Option<&str>)],
    ) -> anyhow::Result<String> {
        let exists = self
            .git(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}")])
            .await
            .is_ok();
        let unborn = self.git(&["rev-parse", "--verify", "--quiet", "HEAD"]).await.is_err();
        match (exists, unborn) {
            (true, _) => drop(self.git(&["checkout", "--quiet", branch]).await?),
            (false, false) => drop(self.git(&["checkout", "--quiet", "-b", branch, "main"]).await?),
            (false, true) => {}
        }
        for (path, text) in files {
            let path = self.repository().join(path);
            match text {
                Some(text) => {
                    std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
                    std::fs::write(path, text)?;
                }
                None => std::fs::remove_file(path)?,
            }
        }
        self.git(&["add", "--all"]).await?;
        self.git(&["commit", "--quiet", "--message", message]).await?;
        let sha = self.git(&["rev-parse", "HEAD"]).await?;
        self.git(&["checkout", "--quiet", "main"]).await?;
        Ok(sha.trim().to_owned())
    }

    /// Runs a command of the program as a workflow step would.
    pub(super) async fn program(&mut self, args: &[&str]) -> anyhow::Result<Ended> {
        self.run += 1;
        let child = Command::new(&self.program)
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(&self.variables)
            .env("PATH", self.path_with_program()?)
            .env("DO_DEPLOY_PACE", PACE)
            .env("DATABASE_URL", self.production_database())
            .env("GITHUB_RUN_ID", self.run.to_string())
            .env("GITHUB_RUN_ATTEMPT", "1")
            .env("GITHUB_SERVER_URL", self.variable("SANDBOX_URL")?)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        self.flow = child.id().and_then(|id| i32::try_from(id).ok());
        let output = child.wait_with_output().await?;
        self.flow = None;
        Ok(Ended {
            code: output.status.code().unwrap_or(-1),
            log: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    pub(super) async fn digitalocean(&self, method: &str, path: &str) -> anyhow::Result<Answer> {
        let url = format!("{}{path}", self.variable("DIGITALOCEAN_API_URL")?);
        http::send(method, &url, Some(self.variable("DIGITALOCEAN_ACCESS_TOKEN")?), None).await
    }

    pub(super) async fn github(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        let url = format!("{}/repos/{REPOSITORY}{path}", self.variable("GITHUB_API_URL")?);
        http::send(method, &url, Some(self.variable("GITHUB_TOKEN")?), body).await
    }

    pub(super) async fn advance_clock(&self, by: Duration) -> anyhow::Result<()> {
        let url = format!("{}/_sandbox/clock", self.variable("SANDBOX_URL")?);
        let token = Some(self.variable("SANDBOX_TOKEN")?);
        let answer = http::send("POST", &url, token, Some(&json!({"advance_seconds": by.as_secs()}))).await?;
        ensure!(answer.status < 300, "the clock could not be moved: {}", answer.body);
        Ok(())
    }

    /// The app of that name as DigitalOcean's API shows it.
    pub(super) async fn app(&self, name: &str) -> anyhow::Result<Option<Value>> {
        let answer = self.digitalocean("GET", "/v2/apps?per_page=200").await?;
        let list: Value = serde_json::from_str(&answer.body)?;
        let apps = list["apps"].as_array().cloned().unwrap_or_default();
        Ok(apps.into_iter().find(|app| app["spec"]["name"] == name))
    }

    /// The only comment of pull request 1.
    pub(super) async fn comment(&self) -> anyhow::Result<(u64, String)> {
        let answer = self.github("GET", "/issues/1/comments", None).await?;
        let comments: Vec<Value> = serde_json::from_str(&answer.body)?;
        let [comment] = comments.as_slice() else {
            bail!("there are {} comments instead of one", comments.len())
        };
        let id = comment["id"].as_u64().context("the comment has no id")?;
        Ok((id, comment["body"].as_str().unwrap_or_default().to_owned()))
    }

    pub(super) async fn calls(&self) -> anyhow::Result<Calls> {
        let answer = http::send(
            "GET",
            &format!("{}/_sandbox/requests", self.variable("SANDBOX_URL")?),
            Some(self.variable("SANDBOX_TOKEN")?),
            None,
        )
        .await?;
        let requests: Value = serde_json::from_str(&answer.body)?;
        let list = requests
            .as_array()
            .or_else(|| requests["requests"].as_array())
            .context("no list of requests")?;
        let to = |prefix: &str| {
            list.iter()
                .filter(|request| request["path"].as_str().is_some_and(|path| path.starts_with(prefix)))
                .count()
        };
        Ok(Calls {
            digitalocean: to("/v2/"),
            github: to("/repos/"),
        })
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn cloud(&self) -> PathBuf {
        self.folder.path().join("cloud")
    }

    fn variable(&self, name: &str) -> anyhow::Result<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("the sandbox did not say its {name}"))
    }

    /// The notes service is a command of this program: its folder comes first.
    fn path_with_program(&self) -> anyhow::Result<std::ffi::OsString> {
        let folder = self.program.parent().map(Path::to_path_buf).unwrap_or_default();
        let path = std::env::var_os("PATH").unwrap_or_default();
        Ok(std::env::join_paths(
            [folder].into_iter().chain(std::env::split_paths(&path)),
        )?)
    }

    async fn git(&self, args: &[&str]) -> anyhow::Result<String> {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=Demo",
                "-c",
                "user.email=demo@example.com",
                "-c",
                "commit.gpgsign=false",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .args(args)
            .current_dir(self.repository())
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("Git could not be started: is it installed?")?;
        ensure!(
            output.status.success(),
            "git {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Looks again and again until there is something, or patience ends.
pub(super) async fn until<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let found = async {
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    match tokio::time::timeout(PATIENCE, found).await {
        Ok(found) => found,
        Err(_) => bail!("waited {} s in vain until {what}", PATIENCE.as_secs()),
    }
}
