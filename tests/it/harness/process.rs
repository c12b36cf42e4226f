//! A child process whose output is read while it runs, so that a test that waits in vain can show it.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// Text that grows while someone reads it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    readers: Vec<JoinHandle<()>>,
    pub(crate) stdout: Output,
    pub(crate) stderr: Output,
}

impl Process {
    /// Starts `program` with `envs` and nothing of the test's own environment: CI's cannot leak in.
    pub(crate) fn start(program: &Path, args: &[String], envs: &[(String, String)], directory: &Path) -> Self {
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            .envs(envs.iter().map(|(key, value)| (key, value)))
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|why| panic!("cannot start {}: {why}", program.display()));
        let (stdout, stderr) = (Output::default(), Output::default());
        let readers = vec![
            read(child.stdout.take(), stdout.clone()),
            read(child.stderr.take(), stderr.clone()),
        ];
        Self {
            child,
            readers,
            stdout,
            stderr,
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            // It may have ended a moment ago.
            let _ = kill(Pid::from_raw(id), signal);
        }
    }

    /// `None` while it runs.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits for the end and for the last of its output. `None`: it did not end in time and was killed.
    pub(crate) async fn end(&mut self, limit: Duration) -> Option<ExitStatus> {
        let status = tokio::time::timeout(limit, self.child.wait())
            .await
            .ok()
            .and_then(Result::ok);
        if status.is_none() {
            let _ = self.child.kill().await;
        }
        for reader in self.readers.drain(..) {
            // A grandchild that holds the pipe open must not hold up the test.
            let _ = tokio::time::timeout(Duration::from_secs(5), reader).await;
        }
        status
    }
}

fn read(pipe: Option<impl AsyncRead + Unpin + Send + 'static>, output: Output) -> JoinHandle<()> {
    tokio::spawn(async move {
        let Some(mut pipe) = pipe else { return };
        let mut part = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut part).await {
            output
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(&part[..length]);
        }
    })
}
