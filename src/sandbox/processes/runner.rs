//! The machine room of one sandbox: what runs, where it writes, and how all of it ends.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::sync::OnceCell;

use super::build::builds::Builds;
use super::plan::{StepError, internal};
use super::{disk, stray};
use crate::clock::Clock;

/// How long `shutdown` waits for processes that were asked to end, and then for those that were killed.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(1500);

/// The machine room of one sandbox. Everything that it starts dies with it; everything that it writes
/// is below `root`.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) root: PathBuf,
    /// What stands in for registries.
    pub(super) images: Option<PathBuf>,
    pub(crate) clock: Clock,
    /// Begins the mark of every process.
    pub(super) id: String,
    pub(super) closing: AtomicBool,
    pub(super) counter: AtomicU64,
    pub(super) groups: Groups,
    pub(super) removals: disk::Removals,
    pub(super) private_tmp: OnceCell<bool>,
    pub(super) builds: Builds,
}

/// Process groups that are alive, by the id of their leader, with what they run.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups(Arc<Mutex<BTreeMap<u32, String>>>);

impl Groups {
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<u32, String>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Runner {
    /// `root` exists and is empty or ours.
    pub(crate) fn new(root: PathBuf, images: Option<PathBuf>, clock: Clock) -> Self {
        Self {
            // Paths below `/tmp` are compared and mounted, so they have to be the real ones.
            root: root.canonicalize().unwrap_or(root),
            images,
            clock,
            id: uuid::Uuid::new_v4().to_string(),
            closing: AtomicBool::new(false),
            counter: AtomicU64::new(0),
            groups: Groups::default(),
            removals: disk::Removals::default(),
            private_tmp: OnceCell::new(),
            builds: Builds::default(),
        }
    }

    /// Processes of this sandbox that should be gone: `pid command` each. Empty is what the audit wants to see
    /// once all apps are deleted.
    pub(crate) fn running(&self) -> Vec<String> {
        let mut found: BTreeMap<u32, String> = stray::find(&self.id)
            .into_iter()
            .map(|it| (it.pid, it.command))
            .collect();
        for (pid, name) in self.groups.with(|groups| groups.clone()) {
            if !found.contains_key(&pid) && group(pid).is_some_and(|group| killpg(group, None).is_ok()) {
                found.insert(pid, name);
            }
        }
        found
            .into_iter()
            .map(|(pid, command)| format!("{pid} {command}"))
            .collect()
    }

    /// Stops everything at once (SIGTERM, a short grace, SIGKILL) and waits until it is gone.
    pub(crate) async fn shutdown(&self) {
        self.closing.store(true, Ordering::SeqCst);
        for signal in [Signal::SIGTERM, Signal::SIGKILL] {
            self.signal_all(signal);
            let end = tokio::time::Instant::now() + SHUTDOWN_GRACE;
            while !self.running().is_empty() && tokio::time::Instant::now() < end {
                tokio::time::sleep(Duration::from_millis(20)).await;
                if signal == Signal::SIGKILL {
                    self.signal_all(signal);
                }
            }
        }
        self.removals.finished().await;
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    fn signal_all(&self, signal: Signal) {
        for leader in self.groups.with(|groups| groups.keys().copied().collect::<Vec<_>>()) {
            if let Some(group) = group(leader) {
                let _ = killpg(group, signal);
            }
        }
        for stray in stray::find(&self.id) {
            if let Some(pid) = group(stray.pid) {
                let _ = kill(pid, signal);
            }
        }
    }

    /// A number that nothing else of this sandbox has.
    pub(super) fn next_number(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::SeqCst)
    }

    /// An empty disk for the instance `name`.
    pub(super) fn disk(&self, name: &str) -> Result<disk::Disk, StepError> {
        let root = self
            .root
            .join("instances")
            .join(format!("{name}-{}", self.next_number()));
        disk::Disk::create(root, self.removals.clone()).map_err(|error| internal("cannot create a disk", &error))
    }

    /// What every instance sees and no deployment resets: a file there stands in for a database outside of the app.
    pub(super) fn shared(&self) -> PathBuf {
        self.root.join("shared")
    }

    /// Folders below `/tmp` that a program with a `/tmp` of its own still needs.
    pub(super) fn needed_below_tmp(&self, more: &[PathBuf]) -> Vec<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let toolchains = std::env::split_paths(&path).map(|folder| match folder.parent() {
            // The programs there are often links or scripts that lead to a neighbour folder.
            Some(parent) if parent != Path::new("/tmp") && folder.ends_with("bin") => parent.to_owned(),
            _ => folder,
        });
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let own = std::env::current_exe()
            .ok()
            .and_then(|file| Some(file.parent()?.to_owned()));
        let needed = toolchains.chain(home).chain(own).chain(more.iter().cloned());
        needed
            .filter_map(|folder| folder.canonicalize().ok())
            .filter(|folder| folder.is_dir() && folder.starts_with("/tmp") && folder != Path::new("/tmp"))
            .collect()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.signal_all(Signal::SIGKILL);
    }
}

pub(super) fn group(leader: u32) -> Option<Pid> {
    // 0 and 1 would mean this very group, or everyone.
    i32::try_from(leader).ok().filter(|pid| *pid > 1).map(Pid::from_raw)
}
