//! What has been built already, so that the same inputs are built once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::processes::plan::Build;

/// Earlier builds of this sandbox, by everything that went into them.
#[derive(Debug, Default)]
pub(in crate::processes) struct Builds {
    done: Mutex<HashMap<String, Build>>,
    /// One build of the same inputs, or of the same packages, at a time.
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Builds {
    pub(super) async fn lock(&self, key: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(key.to_owned()).or_default())
        };
        lock.lock_owned().await
    }

    pub(super) fn earlier(&self, key: &str) -> Option<Build> {
        self.done
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }

    pub(super) fn remember(&self, key: String, build: Build) {
        self.done
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, build);
    }
}
