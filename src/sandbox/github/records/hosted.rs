//! Everything that GitHub knows about one mounted repository beyond Git itself.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::pull::Pull;
use crate::account::Account;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::github::records::comment::Comment;
use crate::github::records::deployment::Deployment;
use crate::github::records::environment::Environment;
use crate::github::records::label::Label;
use crate::github::records::run::Run;
use crate::repository::Repository;

/// One repository: Git on disk, the rest in memory.
#[derive(Debug)]
pub(crate) struct HostedRepository {
    pub(crate) repository: Arc<Repository>,
    pub(crate) clock: Clock,
    pub(crate) account: Account,
    pub(crate) created_at: Timestamp,
    ids: Arc<AtomicU64>,
    changes: Changes,
    records: Mutex<Records>,
}

/// Keyed by number, id or name. All ids come from one counter, so a later thing has a higher one.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) private: bool,
    pub(crate) pulls: BTreeMap<u64, Pull>,
    /// Oldest first.
    pub(crate) runs: Vec<Run>,
    pub(crate) comments: BTreeMap<u64, Comment>,
    pub(crate) deployments: BTreeMap<u64, Deployment>,
    /// By lower-case name.
    pub(crate) labels: BTreeMap<String, Label>,
    pub(crate) environments: BTreeMap<String, Environment>,
}

impl HostedRepository {
    pub(crate) fn new(
        repository: Arc<Repository>,
        clock: Clock,
        account: Account,
        ids: Arc<AtomicU64>,
        changes: Changes,
    ) -> Self {
        Self {
            repository,
            created_at: clock.now(),
            clock,
            account,
            ids,
            changes,
            records: Mutex::default(),
        }
    }

    /// Never held across an `await`. A write counts as a change.
    pub(crate) fn records(&self) -> Open<'_> {
        Open {
            records: self.records.lock().unwrap_or_else(PoisonError::into_inner),
            changes: &self.changes,
            written: false,
        }
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::SeqCst)
    }
}

/// The records while someone reads or writes them.
pub(crate) struct Open<'a> {
    records: MutexGuard<'a, Records>,
    changes: &'a Changes,
    written: bool,
}

impl Deref for Open<'_> {
    type Target = Records;

    fn deref(&self) -> &Records {
        &self.records
    }
}

impl DerefMut for Open<'_> {
    fn deref_mut(&mut self) -> &mut Records {
        self.written = true;
        &mut self.records
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.written {
            self.changes.bump();
        }
    }
}
