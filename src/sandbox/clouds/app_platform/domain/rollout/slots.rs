//! The account's limit of concurrent builds.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Counts builds that are under way. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct BuildSlots {
    taken: Arc<Mutex<usize>>,
    freed: Arc<Notify>,
}

/// One build; the slot is free again when it is dropped.
#[derive(Debug)]
pub(crate) struct BuildSlot(BuildSlots);

impl BuildSlots {
    /// A slot, unless `limit` builds are under way.
    pub(crate) fn take(&self, limit: Option<usize>) -> Option<BuildSlot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if limit.is_some_and(|limit| *taken >= limit) {
            return None;
        }
        *taken += 1;
        Some(BuildSlot(self.clone()))
    }

    /// Resolves when a build ends.
    pub(crate) async fn freed(&self) {
        self.freed.notified().await;
    }
}

impl Drop for BuildSlot {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_free_again_when_dropped() {
        let slots = BuildSlots::default();
        let first = slots.take(Some(1));
        assert!(first.is_some());
        assert!(slots.take(Some(1)).is_none());
        assert!(slots.take(None).is_some());
        drop(first);
        assert!(slots.take(Some(1)).is_some());
    }
}
