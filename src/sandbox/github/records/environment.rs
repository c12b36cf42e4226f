//! An environment: made by the first deployment that names it.

use std::collections::BTreeMap;

use jiff::Timestamp;

#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
}

impl Environment {
    /// Makes the environment where nothing has named it before.
    pub(crate) fn ensure(known: &mut BTreeMap<String, Self>, name: &str, id: u64, now: Timestamp) {
        known.entry(name.to_owned()).or_insert_with(|| Self {
            id,
            name: name.to_owned(),
            created_at: now,
        });
    }
}
