//! The command that a sandbox runs: its environment, the signals that reach it, its exit code.

use std::io::IsTerminal;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::process::Command;

use super::{Signals, UsageError};

/// Runs to the end of the command and returns its exit code, 128 + the signal's number if one ended it.
pub(super) async fn run(
    program: &str,
    arguments: &[String],
    variables: &[(String, String)],
    signals: &mut Signals,
) -> anyhow::Result<u8> {
    // At a terminal the command stays in our group: it may read, and Ctrl-C reaches it directly. Elsewhere it
    // gets a group of its own, so that what it leaves behind can be found.
    let at_terminal = std::io::stdin().is_terminal();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .envs(variables.iter().map(|(key, value)| (key, value)));
    command.kill_on_drop(true);
    if !at_terminal {
        command.process_group(0);
    }
    let mut child = command
        .spawn()
        .map_err(|error| UsageError(format!("cannot start `{program}`: {error}")))?;
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
    let mut patience = None;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            signal = signals.next() => {
                forward(pid, signal, at_terminal);
                patience.get_or_insert_with(|| tokio::time::Instant::now() + PATIENCE);
            }
            () = until(patience) => child.kill().await?,
        }
    };
    // The command may have left processes of its group behind, which would outlive the sandbox.
    if let Some(pid) = pid.filter(|_| !at_terminal) {
        let _none_left = killpg(pid, Signal::SIGKILL);
    }
    Ok(code(status))
}

/// How long a command may take to end after the signal; a sandbox has nothing that is worth waiting longer for.
const PATIENCE: Duration = Duration::from_secs(10);

async fn until(end: Option<tokio::time::Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => std::future::pending().await,
    }
}

fn forward(pid: Option<Pid>, signal: Signal, at_terminal: bool) {
    let Some(pid) = pid else { return };
    // The command may have just ended; then the signal has no recipient, which is fine.
    let _gone = match (at_terminal, signal) {
        (true, Signal::SIGINT) => Ok(()),
        (true, _) => kill(pid, signal),
        (false, _) => killpg(pid, signal),
    };
}

fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
