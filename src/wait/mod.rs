//! Time: pace, deadlines, cancellation.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// The run was cancelled by SIGINT or SIGTERM: exit 130 or 143.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub(crate) struct Cancelled {
    pub(crate) exit_code: u8,
}

/// How long a run waits in all until a rate limit lets it in, where it has no deadline.
const PATIENCE: Duration = Duration::from_secs(75 * 60);

/// How this run waits: its pace, whether it still may, and until when. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Wait {
    pace: f64,
    cancelled: watch::Receiver<Option<Cancelled>>,
    /// The run's own, which all clones share.
    deadline: Arc<Mutex<Deadline>>,
    listener: Arc<OnceLock<Listener>>,
}

/// Who is notified of what a run waits for.
struct Listener(Box<dyn Fn(&str) + Send + Sync>);

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

impl Wait {
    /// `pace` is `DO_DEPLOY_PACE`: 1 in real life, less where a cloud is quicker than DigitalOcean's.
    pub(crate) fn new(pace: f64, cancelled: watch::Receiver<Option<Cancelled>>) -> Self {
        Self {
            pace,
            cancelled,
            deadline: Arc::new(Mutex::new(Deadline::after(PATIENCE))),
            listener: Arc::default(),
        }
    }

    /// At the pace of real life, deaf to cancellation.
    pub(crate) fn unbounded() -> Self {
        let (_, never) = watch::channel(None);
        Self::new(1.0, never)
    }

    /// Whether the run was cancelled. Ask before every mutation.
    pub(crate) fn check(&self) -> Result<(), Cancelled> {
        self.cancelled.borrow().map_or(Ok(()), Err)
    }

    /// From now on `listener` is notified of what the run waits for; the first one stays.
    pub(crate) fn listen(&self, listener: impl Fn(&str) + Send + Sync + 'static) {
        self.listener.get_or_init(|| Listener(Box::new(listener)));
    }

    /// Says what the run is going to wait for.
    pub(crate) fn announce(&self, what: &str) {
        if let Some(Listener(listener)) = self.listener.get() {
            listener(what);
        }
    }

    /// From now on the run has until then, whatever it is that it waits for.
    pub(crate) fn set_deadline(&self, deadline: Deadline) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    }

    /// What is left of the run's time.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.lock().unwrap_or_else(PoisonError::into_inner).remaining()
    }

    pub(crate) fn pace(&self) -> f64 {
        self.pace
    }

    /// Sleeps at this run's pace, but no longer than `most`, which is real time.
    pub(crate) async fn sleep_at_most(&self, duration: Duration, most: Duration) -> Result<(), Cancelled> {
        tokio::select! {
            // Where both are ready, `select!` takes either: a signal at the end of the pause must not be missed.
            () = tokio::time::sleep(duration.mul_f64(self.pace).min(most)) => self.check(),
            cancelled = self.cancelled() => Err(cancelled),
        }
    }

    /// Sleeps at this run's pace; returns at once when the run is cancelled.
    pub(crate) async fn sleep(&self, duration: Duration) -> Result<(), Cancelled> {
        self.sleep_at_most(duration, Duration::MAX).await
    }

    /// Resolves when the run is cancelled, else never.
    pub(crate) async fn cancelled(&self) -> Cancelled {
        let mut cancelled = self.cancelled.clone();
        let signalled = cancelled.wait_for(Option::is_some).await;
        let signalled = signalled.map(|signalled| (*signalled).unwrap_or(Cancelled { exit_code: 130 }));
        match signalled {
            Ok(signalled) => signalled,
            // The sender is gone, so no signal can come any more.
            Err(_) => std::future::pending().await,
        }
    }

    /// Resolves so long after the run was cancelled, else never. Real time, whatever the pace: so long is what the
    /// runner leaves us.
    pub(crate) async fn cancelled_for(&self, duration: Duration) {
        self.cancelled().await;
        tokio::time::sleep(duration).await;
    }

    /// The same pace, deaf to cancellation: for the few seconds in which the reporter is closed after a signal.
    pub(crate) fn uncancellable(&self) -> Self {
        let (_, never) = watch::channel(None);
        Self {
            cancelled: never,
            ..self.clone()
        }
    }
}

/// A moment after which a loop ends. Not scaled by the pace: a deadline is a promise to the person who waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    started: Instant,
    total: Duration,
}

impl Deadline {
    pub(crate) fn after(total: Duration) -> Self {
        Self {
            started: Instant::now(),
            total,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.started.elapsed() >= self.total
    }

    pub(crate) fn total(&self) -> Duration {
        self.total
    }

    pub(crate) fn remaining(&self) -> Duration {
        self.total.saturating_sub(self.started.elapsed())
    }
}

/// A random number from 0 to 1, by which runs that began together part.
pub(crate) fn random_share() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}

/// A duration as people read it: `2m 23s`, `1h 5m`, `14d`. Never more than two units; a begun second counts whole.
pub(crate) fn humanize(duration: Duration) -> String {
    in_units(duration, |count, unit| format!("{count}{}", &unit[..1]))
}

/// A duration in a sentence: `10 minutes`, `1 hour`, `14 days 3 hours`. Never more than two units; a begun second counts whole.
pub(crate) fn in_words(duration: Duration) -> String {
    in_units(duration, |count, unit| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{ending}")
    })
}

/// The first units of a duration that count, each as `shown`.
fn in_units(duration: Duration, shown: impl Fn(u64, &str) -> String) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    let units = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let Some(first) = units.iter().position(|(count, _)| *count > 0) else {
        return shown(0, "second");
    };
    units[first..]
        .iter()
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| shown(*count, unit))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Cancelled, Wait, humanize, in_words};
    use tokio::sync::watch;

    #[test]
    fn what_cleans_up_sleeps_although_it_cannot_be_cancelled() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let (sender, cancelled) = watch::channel(None);
        let wait = Wait::new(0.001, cancelled);
        let cancelled = Cancelled { exit_code: 143 };
        sender.send(Some(cancelled)).expect("an answer");
        let minute = Duration::from_secs(60);
        assert_eq!(runtime.block_on(wait.sleep(minute)), Err(cancelled));
        assert_eq!(runtime.block_on(wait.uncancellable().sleep(minute)), Ok(()));
    }

    #[test]
    fn says_durations_in_at_most_two_units() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (143, "2m 23s"),
            (3600, "1h"),
            (3905, "1h 5m"),
            (90_061, "1d 1h"),
        ] {
            assert_eq!(humanize(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_sentence_has_whole_words_for_units() {
        for (seconds, text) in [
            (1, "1 second"),
            (600, "10 minutes"),
            (3600, "1 hour"),
            (86_400, "1 day"),
            (1_209_600, "14 days"),
            (97_200, "1 day 3 hours"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), text);
        }
    }
}
