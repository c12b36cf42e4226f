//! One call of the program: what it is given, in a workflow run or on a developer's machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::deadline::{LONG, within};
use super::process::Process;
use super::run::{Run, without_masks};
use super::sandbox::{PACE, binary, path_with_binary};
use super::tester::{DIGITALOCEAN_TOKEN, GITHUB_TOKEN, REPOSITORY, Tester};

/// Await it, and the program runs to its end.
#[must_use = "await it to run it"]
#[derive(Debug)]
pub(crate) struct Invocation<'t> {
    tester: &'t Tester,
    program: PathBuf,
    args: Vec<String>,
    /// `None` takes away what would be there.
    envs: BTreeMap<String, Option<String>>,
    in_runner: bool,
    /// What is checked out in the working directory; `None`: nothing.
    revision: Option<String>,
    /// Shell scripts that run in the working directory before the program, as earlier steps of the job.
    steps: Vec<String>,
    /// Name and query for `/_sandbox/event`.
    event: Option<(String, String)>,
    /// A payload of the test's own instead.
    payload: Option<serde_json::Value>,
    limit: Duration,
}

impl<'t> Invocation<'t> {
    pub(super) fn new(tester: &'t Tester, args: Vec<String>) -> Self {
        Self {
            tester,
            program: binary().to_owned(),
            args,
            envs: BTreeMap::new(),
            in_runner: true,
            revision: Some("main".to_owned()),
            steps: Vec::new(),
            event: None,
            payload: None,
            limit: LONG,
        }
    }

    pub(super) fn tester(&self) -> &'t Tester {
        self.tester
    }

    pub(crate) fn env(mut self, key: &str, value: &str) -> Self {
        self.envs.insert(key.to_owned(), Some(value.to_owned()));
        self
    }

    pub(crate) fn without_env(mut self, key: &str) -> Self {
        self.envs.insert(key.to_owned(), None);
        self
    }

    pub(crate) fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    pub(crate) fn args<const N: usize>(mut self, args: [&str; N]) -> Self {
        self.args.extend(args.map(str::to_owned));
        self
    }

    /// Started by another program, which is given the arguments.
    pub(crate) fn through(mut self, program: &Path) -> Self {
        program.clone_into(&mut self.program);
        self
    }

    /// Not in a workflow run: on a machine with the two tokens and nothing of GitHub's runner.
    pub(crate) fn locally(mut self) -> Self {
        self.in_runner = false;
        self
    }

    /// As that attempt of a workflow run with that id.
    pub(crate) fn attempt(self, run: u64, attempt: u64) -> Self {
        self.env("GITHUB_RUN_ID", &run.to_string())
            .env("GITHUB_RUN_ATTEMPT", &attempt.to_string())
    }

    /// With another branch or commit checked out.
    pub(crate) fn at(mut self, revision: &str) -> Self {
        self.revision = Some(revision.to_owned());
        self
    }

    /// In an empty directory.
    pub(crate) fn without_checkout(mut self) -> Self {
        self.revision = None;
        self
    }

    /// An earlier step of the job: a shell script that runs in the working directory.
    pub(crate) fn after_step(mut self, script: &str) -> Self {
        self.steps.push(script.to_owned());
        self
    }

    /// With the payload that the sandbox gives for this query.
    pub(crate) fn on_event(mut self, name: &str, query: &str) -> Self {
        self.event = Some((name.to_owned(), query.to_owned()));
        self
    }

    /// With a payload of the test's own.
    pub(crate) fn on_payload(mut self, name: &str, payload: serde_json::Value) -> Self {
        self.event = Some((name.to_owned(), String::new()));
        self.payload = Some(payload);
        self
    }

    /// Starts it and goes on; the test looks at it or stops it while it runs.
    pub(crate) async fn start(self) -> Running<'t> {
        let tester = self.tester;
        let number = tester.next();
        let root = tester.root.path();
        let file = |name: &str| root.join("work").join(format!("{number}-{name}"));
        let checkout = file("checkout");
        match &self.revision {
            Some(revision) => tester.repository.checkout(revision, &checkout),
            None => fs::create_dir(&checkout).expect("a folder"),
        }
        for script in &self.steps {
            tester.repository.script(script, &checkout);
        }
        let (output, summary) = (file("output"), file("summary.md"));
        let base = |key: &str| tester.sandbox.url(key);
        let mut envs: BTreeMap<String, String> = BTreeMap::from(
            [
                ("PATH", path_with_binary()),
                ("HOME", root.join("home").to_string_lossy().into_owned()),
                ("TMPDIR", root.join("tmp").to_string_lossy().into_owned()),
                ("DO_DEPLOY_PACE", PACE.to_owned()),
                ("DIGITALOCEAN_API_URL", base("DIGITALOCEAN_API_URL")),
                ("DIGITALOCEAN_ACCESS_TOKEN", DIGITALOCEAN_TOKEN.to_owned()),
                ("GITHUB_API_URL", base("GITHUB_API_URL")),
                ("GITHUB_TOKEN", GITHUB_TOKEN.to_owned()),
                ("GITHUB_REPOSITORY", REPOSITORY.to_owned()),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        );
        if self.in_runner {
            fs::write(&output, "").expect("a file");
            fs::write(&summary, "").expect("a file");
            let runner = [
                ("GITHUB_ACTIONS", "true".to_owned()),
                ("GITHUB_OUTPUT", output.to_string_lossy().into_owned()),
                ("GITHUB_STEP_SUMMARY", summary.to_string_lossy().into_owned()),
                ("GITHUB_RUN_ID", (1000 + number).to_string()),
                ("GITHUB_RUN_ATTEMPT", "1".to_owned()),
                ("GITHUB_SERVER_URL", "https://github.com".to_owned()),
            ];
            envs.extend(runner.map(|(key, value)| (key.to_owned(), value)));
        }
        if let Some((name, query)) = &self.event {
            let payload = match &self.payload {
                Some(payload) => payload.clone(),
                None => tester.event(query).await,
            };
            let path = file("event.json");
            fs::write(&path, payload.to_string()).expect("a file");
            envs.insert("GITHUB_EVENT_NAME".to_owned(), name.clone());
            envs.insert("GITHUB_EVENT_PATH".to_owned(), path.to_string_lossy().into_owned());
        }
        for (key, value) in self.envs {
            match value {
                Some(value) => drop(envs.insert(key, value)),
                None => drop(envs.remove(&key)),
            }
        }
        let before = tester.requests().await.len();
        let envs: Vec<(String, String)> = envs.into_iter().collect();
        let process = Process::start(&self.program, &self.args, &envs, &checkout);
        Running {
            tester,
            args: self.args,
            process,
            output,
            summary,
            before,
            since: Instant::now(),
            limit: self.limit,
        }
    }
}

impl<'t> IntoFuture for Invocation<'t> {
    type Output = Arc<Run>;
    type IntoFuture = Pin<Box<dyn Future<Output = Arc<Run>> + 't>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.start().await.end().await })
    }
}

/// A call that has not ended yet.
#[derive(Debug)]
pub(crate) struct Running<'t> {
    tester: &'t Tester,
    args: Vec<String>,
    process: Process,
    output: PathBuf,
    summary: PathBuf,
    before: usize,
    since: Instant,
    limit: Duration,
}

impl Running<'_> {
    pub(crate) fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits until a line on stdout or stderr contains `part`.
    pub(crate) async fn says(&mut self, part: &str) {
        let said = within(LONG, async || {
            let text = format!("{}{}", self.process.stdout.text(), self.process.stderr.text());
            (text.contains(part) || self.process.ended().is_some()).then_some(text)
        })
        .await
        .unwrap_or_default();
        assert!(
            said.contains(part),
            "`{}` never said {part:?}:\n{said}",
            self.args.join(" ")
        );
    }

    /// Cancels it as GitHub's runner does: SIGINT to the process that it started, after 7.5 s SIGTERM, after 2.5 s
    /// more SIGKILL. The test fails if the first signal is not enough.
    pub(crate) async fn cancelled_by_the_runner(mut self) -> Arc<Run> {
        self.signal(Signal::SIGINT);
        let by_itself = within(Duration::from_millis(7_500), async || self.process.ended()).await;
        if by_itself.is_none() {
            self.signal(Signal::SIGTERM);
            let twice = within(Duration::from_millis(2_500), async || self.process.ended()).await;
            if twice.is_none() {
                self.signal(Signal::SIGKILL);
            }
        }
        let run = self.end().await;
        assert!(by_itself.is_some(), "7.5 s were not enough after SIGINT for {run}");
        run
    }

    pub(crate) async fn end(mut self) -> Arc<Run> {
        let status = self.process.end(self.limit).await;
        let (stdout, stderr) = (self.process.stdout.text(), self.process.stderr.text());
        let Some(status) = status else {
            let stdout = without_masks(&stdout);
            panic!(
                "`do-deploy {}` did not end within {} s:\n{stdout}{stderr}\nthe sandbox's log:\n{}",
                self.args.join(" "),
                self.limit.as_secs(),
                self.tester.sandbox.log()
            );
        };
        let requests = self.tester.requests().await.split_off(self.before);
        let mut comments = BTreeMap::new();
        if !self.tester.faulty.load(Ordering::SeqCst) {
            for number in self.tester.pull_numbers() {
                let bodies = self.tester.comments(number).await;
                comments.insert(
                    number,
                    bodies
                        .iter()
                        .map(|comment| super::observations::text(&comment["body"]))
                        .collect(),
                );
            }
        }
        let run = Arc::new(Run {
            args: self.args,
            code: status.code(),
            stdout,
            stderr,
            output_file: fs::read_to_string(&self.output).unwrap_or_default(),
            summary: fs::read_to_string(&self.summary).unwrap_or_default(),
            requests,
            comments,
            took: self.since.elapsed(),
        });
        self.tester.remember(Arc::clone(&run));
        run
    }
}
