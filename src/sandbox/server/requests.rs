//! Every request so far, for `GET /_sandbox/requests`.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

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

#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<Vec<Entry>>);

impl Requests {
    pub(crate) fn note(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub(crate) fn all(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
