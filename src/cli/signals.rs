//! SIGINT and SIGTERM, told to everything that waits.

use tokio::sync::watch;

use crate::wait::Cancelled;

/// 128 plus the signal's number, as shells have it.
const INTERRUPTED: Cancelled = Cancelled { exit_code: 130 };
const TERMINATED: Cancelled = Cancelled { exit_code: 143 };

/// Must be called within the runtime. The receiver says when the run is told to stop.
pub(crate) fn listen() -> std::io::Result<watch::Receiver<Option<Cancelled>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (told, receiver) = watch::channel(None);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let cancelled = tokio::select! {
            _ = interrupt.recv() => INTERRUPTED,
            _ = terminate.recv() => TERMINATED,
        };
        // The task keeps the sender alive: whoever waits later still hears of it.
        told.send_replace(Some(cancelled));
        std::future::pending::<()>().await;
    });
    Ok(receiver)
}
