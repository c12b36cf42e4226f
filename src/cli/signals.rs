//! SIGINT and SIGTERM: the first cancels everything that waits, the second ends the program at once.

use std::time::Duration;

use tokio::sync::{oneshot, watch};

use crate::wait::Cancelled;

/// 128 plus the signal's number, as shells have it.
const INTERRUPTED: Cancelled = Cancelled { exit_code: 130 };
const TERMINATED: Cancelled = Cancelled { exit_code: 143 };

/// After a signal the runner waits for seven and a half seconds until the next one: what has not been said by then
/// stays unsaid. <https://docs.github.com/en/actions/reference/workflow-cancellation-reference>
const LONGEST_END: Duration = Duration::from_millis(6_500);

pub(crate) struct Signals {
    /// Says when the run is cancelled.
    pub(crate) cancelled: watch::Receiver<Option<Cancelled>>,
    last: oneshot::Receiver<Cancelled>,
}

impl Signals {
    /// Resolves when nothing may be waited for any more: at the second signal, or when the first is long ago.
    pub(crate) async fn end(self) -> Cancelled {
        match self.last.await {
            Ok(cancelled) => cancelled,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Must be called within the runtime.
pub(crate) fn listen() -> std::io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, cancelled) = watch::channel(None);
    let (ender, last) = oneshot::channel();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let cancelled = tokio::select! {
            _ = interrupt.recv() => INTERRUPTED,
            _ = terminate.recv() => TERMINATED,
        };
        sender.send_replace(Some(cancelled));
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = tokio::time::sleep(LONGEST_END) => {}
        }
        // There is no listener if the run ended meanwhile.
        let _ended = ender.send(cancelled);
        // The task keeps the sender alive: whatever waits later still gets the signal.
        std::future::pending::<()>().await;
    });
    Ok(Signals { cancelled, last })
}
