//! The one counter of changes: a page that shows something of the sandbox sees by it that there is something new.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub(crate) struct Changes(Arc<watch::Sender<u64>>);

impl Default for Changes {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Changes {
    /// Something has changed that a page may show.
    pub(crate) fn bump(&self) {
        self.0.send_modify(|version| *version += 1);
    }

    /// It only grows.
    pub(crate) fn version(&self) -> u64 {
        *self.0.borrow()
    }

    /// The first version after `seen`, or the same one if nothing changes for so long.
    pub(crate) async fn after(&self, seen: u64, longest: Duration) -> u64 {
        let mut versions = self.0.subscribe();
        let newer = versions.wait_for(|version| *version > seen);
        let _same = tokio::time::timeout(longest, newer).await;
        self.version()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn who_waits_sees_the_next_change_and_none_twice() {
        let changes = Changes::default();
        let follower = changes.clone();
        let waiting = tokio::spawn(async move { follower.after(0, LONG).await });
        changes.bump();
        assert_eq!(waiting.await.unwrap(), 1);
        assert_eq!(changes.after(0, LONG).await, 1, "what was missed is there at once");
        assert_eq!(changes.after(1, Duration::from_millis(1)).await, 1, "nothing is new");
    }
}
