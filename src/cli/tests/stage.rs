//! A repository that is deployed to a folder on disk, a platform that the flows do not know, beside the sandbox's GitHub.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::actions::console::Console;
use crate::actions::run::Run;
use crate::config::Variable;
use crate::flows::context::{Ctx, Heads};
use crate::flows::preview;
use crate::flows::preview::eligibility;
use crate::flows::production::{deploy, rollback};
use crate::flows::project::repository_names::Names;
use crate::flows::project::revision;
use crate::github::GitHub;
use crate::model::environment::Environment;
use crate::model::report::{Report, State};
use crate::net::http::probing_http;
use crate::platforms::Platform;
use crate::platforms::app_platform::{APP_SPEC, AppPlatform};
use crate::platforms::clouds::{Cloud, Clouds};
use crate::platforms::tests::folder::{FOLDER_MANIFESTS, Folder, Rules, edge};
use crate::policy::images::Images;
use crate::policy::replace::Replace;
use crate::redact::{Redactor, Secret};
use crate::wait::{Deadline, Wait};

const REPOSITORY: &str = "org/shop";
/// Pull requests and previews: `PULL` is the only one.
pub(super) const PULL: u64 = 1;
const LONGEST: Duration = Duration::from_secs(60);

#[derive(clap::Parser)]
struct SandboxCommand {
    #[command(flatten)]
    args: do_deploy_sandbox::command::SandboxArgs,
}

/// A repository, its GitHub, and the folder that it is deployed to.
pub(super) struct Stage {
    root: TempDir,
    pub(super) folder: Folder,
    github_url: String,
    github_token: Secret,
    /// Where the sandbox is App Platform, and the token for it.
    app_platform: (String, Secret),
}

impl Stage {
    pub(super) fn clone_path(&self) -> PathBuf {
        self.root.path().join("clone")
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        git(&self.clone_path(), args)
    }

    /// A commit with that text on the branch; its hash.
    pub(super) fn commit(&self, branch: &str, text: &str) -> String {
        self.git(&["checkout", "--quiet", "-B", branch]);
        std::fs::write(self.clone_path().join("page.txt"), text).expect("writable");
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", text]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The folder beside the platform that the program has, for which a run has a token or not.
    pub(super) fn clouds(&self, both: bool, wait: &Wait) -> Clouds {
        let client = || {
            let (url, token) = &self.app_platform;
            let client = AppPlatform::new(url.parse().expect("a URL"), token, wait.clone());
            Arc::new(client.expect("a client")) as Arc<dyn Platform>
        };
        let app_platform = Cloud {
            manifests: &APP_SPEC,
            client: both.then(client),
        };
        let folder = Cloud {
            manifests: &FOLDER_MANIFESTS,
            client: Some(Arc::new(self.folder.clone())),
        };
        Clouds::new(app_platform, vec![folder])
    }

    /// A run of its own, as each command is, with a token for the folder.
    pub(super) fn ctx(&self) -> Ctx {
        self.ctx_with(false)
    }

    /// The same, which may have a token for both platforms.
    pub(super) fn ctx_with(&self, both: bool) -> Ctx {
        let run = Run::read(&|_| None);
        let redactor = Redactor::new();
        // The sender may go: this run is never cancelled.
        let (_, cancelled) = watch::channel(None);
        let wait = Wait::new(0.01, cancelled);
        let url = self.github_url.parse().expect("a URL");
        let github = GitHub::new(url, Some(&self.github_token), REPOSITORY, wait.clone()).expect("a client");
        Ctx {
            console: Console::new(&run, redactor.clone(), true),
            run,
            wait: wait.clone(),
            redactor,
            variables: Arc::new(|_| Variable::Missing),
            repository: Some(REPOSITORY.to_owned()),
            names: Names::new(Some(REPOSITORY), "https://github.com"),
            github: Some(github),
            clouds: self.clouds(both, &wait),
            working_directory: self.root.path().join("elsewhere"),
            folder: String::new(),
            dry_run: false,
            config_file: "do-deploy.toml".to_owned(),
            config_is_named: false,
            spec_file: None,
            app: None,
            heads: Heads::default(),
            timeout: None,
            json: false,
        }
    }

    pub(super) async fn github(&self, method: Method, path: &str, body: &Value) -> Value {
        let reply = probing_http()
            .expect("a client")
            .request(method, format!("{}/repos/{REPOSITORY}{path}", self.github_url))
            .bearer_auth(self.github_token.expose())
            .json(body)
            .send()
            .await
            .expect("an answer");
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        reply.json().await.unwrap_or_default()
    }

    pub(super) async fn preview(&self) -> Report {
        self.try_preview().await.expect("a report")
    }

    pub(super) async fn try_preview(&self) -> anyhow::Result<Report> {
        let request = preview::Request {
            pull_request: PULL,
            commit: eligibility::Commit::Head,
            force_build: false,
            insisted: false,
            images: Images::default(),
            dry_run: false,
        };
        Ok(only(preview::run(&self.ctx(), &request).await?))
    }

    pub(super) async fn deploy(&self) -> Report {
        only(deploy::run(&self.ctx(), &deployment()).await.expect("a report"))
    }

    pub(super) async fn rollback(&self) -> Report {
        let request = rollback::Request {
            environment: Environment::production(),
            to: None,
            replace: Replace::default(),
            dry_run: false,
        };
        rollback::run(&self.ctx(), &request).await.expect("a report")
    }

    /// Two versions deployed, and the second one rolled back: the first, and how that ended.
    pub(super) async fn rolled_back(&self) -> (String, Report) {
        let first = self.git(&["rev-parse", "main"]);
        self.deploy().await;
        self.commit("main", "a second version");
        self.deploy().await;
        let report = self.rollback().await;
        assert_eq!(report.state, State::Ready);
        (first, report)
    }

    /// The commit that an app serves.
    pub(super) async fn serves(&self, app: &str) -> Option<String> {
        let app = self.folder.find(app).await.expect("an answer")?;
        Some(app.active?.commit()?.as_str().to_owned())
    }

    pub(super) async fn comment(&self) -> String {
        let comments = self
            .github(Method::GET, &format!("/issues/{PULL}/comments"), &Value::Null)
            .await;
        let bodies = comments.as_array().expect("a list").iter().map(|it| &it["body"]);
        let bodies: Vec<&str> = bodies.filter_map(Value::as_str).collect();
        assert_eq!(bodies.len(), 1, "one comment, edited in place");
        bodies.concat()
    }
}

/// Production's, of what stands at the head.
pub(super) fn deployment() -> deploy::Request {
    deploy::Request {
        environment: Environment::production(),
        commit: revision::Commit::Head,
        force_build: false,
        images: Images::default(),
        replace: Replace::default(),
        release: false,
        dry_run: false,
    }
}

pub(super) fn git(path: &Path, args: &[&str]) -> String {
    let done = Command::new("git")
        .arg("-C")
        .arg(path)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(args)
        .output()
        .expect("git");
    assert!(
        done.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

pub(super) const RULES: Rules = Rules {
    pins: true,
    builds_heads: true,
    arrives: None,
};

/// Plays a story while the sandbox serves GitHub.
pub(super) fn play(story: impl AsyncFnOnce(&Stage)) {
    play_where(RULES, story);
}

/// The same on a folder with these rules.
pub(super) fn play_where(rules: Rules, story: impl AsyncFnOnce(&Stage)) {
    play_with(rules, json!({}), story);
}

/// The same with an app that has a health check, at its URL.
pub(super) fn play_with_health(story: impl AsyncFnOnce(&Stage)) {
    play_with(RULES, json!({"health": "/health"}), story);
}

fn play_with(rules: Rules, further: Value, story: impl AsyncFnOnce(&Stage)) {
    let root = tempfile::tempdir().expect("a folder");
    let clone = root.path().join("clone");
    for folder in ["clone", "apps", "elsewhere"] {
        std::fs::create_dir(root.path().join(folder)).expect("a folder");
    }
    git(&clone, &["init", "--quiet", "--initial-branch", "main"]);
    let mut manifest = further;
    manifest["name"] = json!("shop");
    manifest["repository"] = json!(REPOSITORY);
    std::fs::write(clone.join("folder.json"), manifest.to_string()).expect("writable");
    std::fs::write(clone.join("do-deploy.toml"), "[health]\ntimeout = \"2s\"\n").expect("writable");
    std::fs::write(clone.join("page.txt"), "the first version").expect("writable");
    let environment = root.path().join("environment");
    let mount = format!("{REPOSITORY}={}", clone.display());
    let sandbox = root.path().join("sandbox");
    let paths = [&environment, &sandbox].map(|path| path.to_str().expect("text").to_owned());
    let args = ["sandbox", "--repo", &mount, "--env-file", &paths[0], "--dir", &paths[1]];
    let sandbox = SandboxCommand::try_parse_from(args).expect("flags").args;
    git(&clone, &["add", "--all"]);
    git(&clone, &["commit", "--quiet", "--message", "the first version"]);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let folder = Folder {
            apps: root.path().join("apps"),
            clone,
            port: listener.local_addr().expect("bound").port(),
            rules,
        };
        let signal = async {
            let variables = written(&environment).await;
            let variable = |name: &str| {
                let line = variables
                    .lines()
                    .find_map(|line| line.strip_prefix(&format!("{name}=")));
                line.expect("a variable").to_owned()
            };
            let stage = Stage {
                folder: folder.clone(),
                github_url: variable("GITHUB_API_URL"),
                github_token: Secret::new(&variable("GITHUB_TOKEN")).expect("a token"),
                app_platform: (
                    variable("DIGITALOCEAN_API_URL"),
                    Secret::new(&variable("DIGITALOCEAN_ACCESS_TOKEN")).expect("a token"),
                ),
                root,
            };
            story(&stage).await;
        };
        tokio::select! {
            () = signal => {}
            never = edge::serve(&folder, &listener) => match never {},
            ended = do_deploy_sandbox::command::run(sandbox, 0.01) => panic!("the sandbox ended: {ended:?}"),
        }
    });
}

/// The text of a file, once it is there.
async fn written(path: &Path) -> String {
    let deadline = Deadline::after(LONGEST);
    while !deadline.is_over() {
        if let Ok(text) = std::fs::read_to_string(path) {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("`{}` was never written", path.display())
}

/// The report of the only app.
pub(super) fn only(reports: Vec<Report>) -> Report {
    let [report] = <[Report; 1]>::try_from(reports).expect("one app");
    report
}
