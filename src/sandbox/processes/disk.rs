//! The disk of one instance: a copy of the build, `HOME` and `/tmp`, gone when the instance is.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

/// Folders that are being deleted in the background.
#[derive(Clone, Debug, Default)]
pub(super) struct Removals(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Removals {
    fn remove(&self, path: PathBuf) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            remove(&path);
            return;
        };
        let task = runtime.spawn_blocking(move || remove(&path));
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    pub(super) async fn finished(&self) {
        let tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            let _ = task.await;
        }
    }
}

/// A copy that was cut short may still write one file, hence several tries.
fn remove(path: &Path) {
    for _ in 0..20 {
        match std::fs::remove_dir_all(path) {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
    removals: Removals,
    abandoned: Arc<AtomicBool>,
}

impl Disk {
    /// An empty disk in the new folder `root`.
    pub(super) fn create(root: PathBuf, removals: Removals) -> io::Result<Self> {
        let disk = Self {
            root,
            removals,
            abandoned: Arc::default(),
        };
        for folder in [disk.app(), disk.home(), disk.tmp()] {
            std::fs::create_dir_all(folder)?;
        }
        Ok(disk)
    }

    /// Fills the working directory with a copy of `source`.
    pub(super) async fn fill(&self, source: &Path) -> io::Result<()> {
        let (source, target, abandoned) = (source.to_owned(), self.app(), Arc::clone(&self.abandoned));
        tokio::task::spawn_blocking(move || copy(&source, &target, &abandoned))
            .await
            .map_err(io::Error::other)?
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The working directory.
    pub(super) fn app(&self) -> PathBuf {
        self.root.join("app")
    }

    pub(super) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub(super) fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.abandoned.store(true, Ordering::SeqCst);
        self.removals.remove(std::mem::take(&mut self.root));
    }
}

pub(super) fn copy(source: &Path, target: &Path, abandoned: &AtomicBool) -> io::Result<()> {
    std::fs::create_dir_all(target)?;
    for entry in std::fs::read_dir(source)? {
        if abandoned.load(Ordering::SeqCst) {
            return Ok(());
        }
        let entry = entry?;
        let (from, to) = (entry.path(), target.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy(&from, &to, abandoned)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(&from)?, &to)?;
        } else if kind.is_file() {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
