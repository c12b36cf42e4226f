//! The one place where a test waits: asks again and again until the answer is there, or says what never came.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Longest wait for anything that one flow or one deployment does. Generous: a loaded machine is not a failure.
pub(crate) const LONG: Duration = Duration::from_secs(120);

/// Longest wait for a process to start or to end.
pub(crate) const SHORT: Duration = Duration::from_secs(30);

/// How often is asked.
const EVERY: Duration = Duration::from_millis(20);

/// Calls `look` until it finds something.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    match within(LONG, look).await {
        Some(found) => found,
        None => panic!("waited {} s in vain until {what}", LONG.as_secs()),
    }
}

/// Calls `look` until it finds something or `limit` is over.
pub(crate) async fn within<T>(limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look().await {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        sleep(EVERY).await;
    }
}
