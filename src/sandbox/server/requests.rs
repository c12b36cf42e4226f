//! Every request so far, for `GET /_sandbox/requests`.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::changes::Changes;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) time: Timestamp,
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    /// `None`: no reply was given.
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Requests {
    entries: Mutex<Vec<Entry>>,
    changes: Changes,
}

impl Requests {
    pub(crate) fn new(changes: Changes) -> Self {
        Self {
            entries: Mutex::default(),
            changes,
        }
    }

    pub(crate) fn note(&self, entry: Entry) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        self.changes.bump();
    }

    pub(crate) fn all(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
