//! One process of the sandbox: a group of its own, its output in a log, nothing of it left afterwards.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::lines::Lines;
use super::plan::{StepError, internal};
use super::runner::{Groups, Runner, group};
use super::stray::MARK;
use super::{exit, stray};
use crate::log::Log;

/// How many of the last lines of an instance are copied to `RUN_RESTARTED` when it crashes.
const TAIL: usize = 1_000;
/// How long to wait for the last output of a process that ended.
const LAST_OUTPUT: Duration = Duration::from_secs(2);

/// What to start and how.
#[derive(Debug)]
pub(super) struct Start {
    /// Name of the instance, for the mark.
    pub(super) name: String,
    pub(super) program: Vec<OsString>,
    pub(super) directory: PathBuf,
    /// The whole environment.
    pub(super) envs: Vec<(String, String)>,
    /// Mounted over `/tmp`.
    pub(super) tmp: Option<PathBuf>,
    /// Stays visible below `/tmp`.
    pub(super) keep: Vec<PathBuf>,
    pub(super) user: Option<String>,
    pub(super) output: Output,
}

/// Where the lines of a process go.
#[derive(Clone, Debug)]
pub(super) struct Output {
    to: Option<(String, Log)>,
    tail: Arc<Mutex<VecDeque<Box<str>>>>,
}

impl Output {
    pub(super) fn new(component: &str, log: &Log) -> Self {
        Self {
            to: Some((component.to_owned(), log.clone())),
            tail: Arc::default(),
        }
    }

    pub(super) fn nowhere() -> Self {
        Self {
            to: None,
            tail: Arc::default(),
        }
    }

    fn push(&self, line: &str) {
        if let Some((component, log)) = &self.to {
            log.push(component, line);
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.len() == TAIL {
            tail.pop_front();
        }
        tail.push_back(line.into());
    }

    /// The last lines so far.
    pub(super) fn tail(&self) -> Vec<Box<str>> {
        self.tail
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}

/// A running process. Dropping it kills it and everything that it started.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    leader: u32,
    mark: String,
    output: JoinHandle<()>,
    groups: Groups,
    /// The exit code, once everything is over.
    over: Option<i32>,
}

impl Runner {
    /// Starts through `sandbox-exec`. It has to be called on a thread that lives as long as the sandbox: the kernel
    /// ties the process to the thread.
    pub(super) fn start(&self, start: Start) -> Result<Process, StepError> {
        if self.is_closing() {
            return Err(internal("is ending", &"nothing is started any more"));
        }
        let failed = |error: std::io::Error| internal("cannot start a process", &error);
        // One pipe for both streams keeps their order.
        let (read, write) = std::io::pipe().map_err(failed)?;
        let read = pipe::Receiver::from_owned_fd(OwnedFd::from(read)).map_err(failed)?;
        let mark = stray::mark(&self.id, &start.name, self.next_number());

        let mut command = Command::new(own_program().map_err(failed)?);
        command
            .arg("sandbox-exec")
            .arg("--parent")
            .arg(std::process::id().to_string());
        command.arg("--directory").arg(&start.directory);
        if let Some(tmp) = &start.tmp {
            command.arg("--tmp").arg(tmp);
            for path in &start.keep {
                command.arg("--keep").arg(path);
            }
        }
        if let Some(user) = &start.user {
            command.arg("--user").arg(user);
        }
        command.arg("--").args(&start.program);
        command
            .env_clear()
            .envs(start.envs.iter().map(|(name, value)| (name, value)))
            .env(MARK, &mark);
        command.stdin(Stdio::null());
        command.stdout(write.try_clone().map_err(failed)?).stderr(write);
        command.process_group(0).kill_on_drop(true);
        let child = command.spawn().map_err(failed)?;
        // The command holds our end of the pipe: without it the process alone keeps it open.
        drop(command);

        let leader = child.id().unwrap_or_default();
        let name = start.name;
        self.groups.with(|groups| groups.insert(leader, name));
        Ok(Process {
            child,
            leader,
            mark,
            output: tokio::spawn(pump(read, start.output)),
            groups: self.groups.clone(),
            over: None,
        })
    }
}

impl Process {
    /// The process group.
    pub(super) fn leader(&self) -> u32 {
        self.leader
    }

    /// Waits for the end of the process, kills what it left, and returns its exit code. May be cancelled and
    /// called again.
    pub(super) async fn wait(&mut self) -> i32 {
        if let Some(code) = self.over {
            return code;
        }
        let code = self.child.wait().await.map_or(1, exit::code_of);
        self.kill_all();
        let _ = tokio::time::timeout(LAST_OUTPUT, &mut self.output).await;
        self.over = Some(code);
        self.groups.with(|groups| groups.remove(&self.leader));
        code
    }

    /// SIGTERM to the group, SIGKILL after `grace`.
    pub(super) async fn stop(self, grace: Duration) -> i32 {
        self.stop_with(Signal::SIGTERM, grace).await
    }

    /// Another signal to begin with.
    pub(super) async fn stop_with(mut self, signal: Signal, grace: Duration) -> i32 {
        self.signal(signal);
        if tokio::time::timeout(grace, self.child.wait()).await.is_err() {
            self.kill_all();
        }
        self.wait().await
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = group(self.leader) {
            let _ = killpg(group, signal);
        }
    }

    fn kill_all(&self) {
        self.signal(Signal::SIGKILL);
        for stray in stray::find(&self.mark) {
            if let Some(pid) = group(stray.pid) {
                let _ = kill(pid, Signal::SIGKILL);
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.over.is_none() {
            self.kill_all();
            self.groups.with(|groups| groups.remove(&self.leader));
        }
        self.output.abort();
    }
}

/// This very program, also when its file has been replaced since.
fn own_program() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe()
}

async fn pump(mut from: pipe::Receiver, output: Output) {
    let mut lines = Lines::default();
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        lines.feed(&buffer[..length], |line| output.push(line));
        // A program that never stops printing must not block all others.
        tokio::task::yield_now().await;
    }
    lines.finish(|line| output.push(line));
}
