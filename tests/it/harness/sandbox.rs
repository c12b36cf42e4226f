//! The sandbox process of one test: started on a free port, stopped with SIGTERM, and looked after when it is gone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;

use super::deadline::{SHORT, within};
use super::process::Process;

/// How fast everything that polls, backs off or waits for health checks runs in tests.
pub(crate) const PACE: &str = "0.02";

/// A folder of the test's own and the process that serves in it.
#[derive(Debug)]
pub(crate) struct Sandbox {
    process: Process,
    /// Where the sandbox may write; nothing of it may be left at the end.
    temporary: PathBuf,
    pub(crate) record: PathBuf,
    /// What the sandbox says of itself: `SANDBOX_URL`, `DIGITALOCEAN_API_URL`, …
    pub(crate) env: BTreeMap<String, String>,
}

impl Sandbox {
    pub(crate) async fn start(root: &Path, repository: &Path) -> Self {
        let temporary = root.join("sandbox");
        let (env_file, record) = (root.join("sandbox.env"), root.join("record.jsonl"));
        let images = root.join("images");
        fs::create_dir_all(&temporary).expect("a folder for the sandbox");
        let args = [
            "sandbox",
            "--listen",
            "127.0.0.1:0",
            "--env-file",
            &env_file.to_string_lossy(),
            "--record",
            &record.to_string_lossy(),
            "--repo",
            &format!("org/shop={}", repository.display()),
            "--images",
            &images.to_string_lossy(),
        ];
        let envs = [
            ("PATH".to_owned(), path_with_binary()),
            ("HOME".to_owned(), temporary.to_string_lossy().into_owned()),
            ("TMPDIR".to_owned(), temporary.to_string_lossy().into_owned()),
            ("DO_DEPLOY_PACE".to_owned(), PACE.to_owned()),
        ];
        let mut process = Process::start(binary(), &args.map(str::to_owned), &envs, root);
        let text = within(SHORT, async || match process.ended() {
            Some(status) => panic!("the sandbox ended at once ({status}):\n{}", process.stderr.text()),
            None => fs::read_to_string(&env_file).ok(),
        })
        .await;
        let Some(text) = text else {
            panic!("the sandbox did not write its env file:\n{}", process.stderr.text());
        };
        let env = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Self {
            process,
            temporary,
            record,
            env,
        }
    }

    #[track_caller]
    pub(crate) fn url(&self, key: &str) -> String {
        let url = self
            .env
            .get(key)
            .unwrap_or_else(|| panic!("the sandbox's env file has no `{key}`"));
        url.trim_end_matches('/').to_owned()
    }

    /// What its own calls are made with.
    #[track_caller]
    pub(crate) fn token(&self) -> &str {
        self.env
            .get("SANDBOX_TOKEN")
            .expect("the sandbox's env file has its token")
    }

    /// What it printed so far.
    pub(crate) fn log(&self) -> String {
        format!("{}{}", self.process.stdout.text(), self.process.stderr.text())
    }

    /// Ends it as a service manager would. Returns what is wrong with how it ended.
    pub(crate) async fn stop(&mut self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(status) = self.process.ended() {
            problems.push(format!("the sandbox had ended before the test did: {status}"));
        }
        self.process.signal(Signal::SIGTERM);
        match self.process.end(SHORT).await {
            None => problems.push(format!("the sandbox did not end {} s after SIGTERM", SHORT.as_secs())),
            Some(status) if matches!(status.code(), Some(0 | 143)) => {}
            Some(status) => problems.push(format!("the sandbox ended with {status} after SIGTERM")),
        }
        problems.extend(self.left_over());
        problems
    }

    /// Files and processes that should have gone with the sandbox.
    fn left_over(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for entry in fs::read_dir(&self.temporary).expect("the folder is ours").flatten() {
            problems.push(format!("the sandbox left `{}`", entry.path().display()));
        }
        let mark = self.temporary.to_string_lossy().into_owned();
        for entry in fs::read_dir("/proc").expect("Linux has /proc").flatten() {
            let folder = entry.path();
            let mentions = |file: &str| {
                fs::read(folder.join(file)).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(&mark))
            };
            let inside = fs::read_link(folder.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&self.temporary));
            if inside || mentions("environ") || mentions("cmdline") {
                let command = fs::read(folder.join("cmdline")).unwrap_or_default();
                let command = String::from_utf8_lossy(&command).replace('\0', " ");
                problems.push(format!(
                    "the sandbox left process {}: {command}",
                    entry.file_name().display()
                ));
            }
        }
        problems
    }
}

/// The program under test.
pub(crate) fn binary() -> &'static Path {
    assert_cmd::cargo_bin!("do-deploy")
}

/// `PATH` with the program's own folder in front, so that a `run_command` can say `do-deploy demo-app serve`.
pub(crate) fn path_with_binary() -> String {
    let folder = binary().parent().expect("an executable is in a folder");
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default())
}
