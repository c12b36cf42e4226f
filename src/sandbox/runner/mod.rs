//! Runs components for real: checkout, build, processes with a disk of their own, jobs, development databases.

pub(crate) mod build;
pub(crate) mod job;
pub(crate) mod plan;
pub(crate) mod postgres;
pub(crate) mod service;

use std::path::PathBuf;

use super::clock::Clock;

/// The machine room of one sandbox. Everything that it starts dies with it; everything that it writes
/// is below `root`.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) root: PathBuf,
    pub(crate) clock: Clock,
}

impl Runner {
    /// `root` exists and is empty or ours.
    pub(crate) fn new(root: PathBuf, clock: Clock) -> Self {
        Self { root, clock }
    }

    /// Processes of this sandbox that should be gone: `pid command` each. Empty is what the audit wants to see
    /// once all apps are deleted.
    pub(crate) fn running(&self) -> Vec<String> {
        todo!()
    }

    /// Stops everything at once (SIGTERM, a short grace, SIGKILL) and waits until it is gone.
    pub(crate) async fn shutdown(&self) {
        todo!()
    }
}
