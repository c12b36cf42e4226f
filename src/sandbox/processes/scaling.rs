//! Whether a service is awake: it falls asleep when nothing asks for it, and a request wakes it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::component::Component;
use super::plan::StepError;
use super::supervise::{self, Generation};
use super::traffic::{InFlight, Origin};

/// What the service, its requests and the watch over its idleness have in common.
#[derive(Debug)]
pub(super) struct Scaling {
    pub(super) component: Arc<Component>,
    state: Mutex<State>,
    pub(super) in_flight: watch::Sender<InFlight>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) mode: Mode,
    /// `None` while asleep and once stopped.
    pub(super) generation: Option<Generation>,
    /// Round robin.
    pub(super) next: usize,
    pub(super) last_activity: Timestamp,
}

pub(super) type WakeResult = watch::Receiver<Option<Result<(), StepError>>>;

#[derive(Debug)]
pub(super) enum Mode {
    Awake,
    /// Decided, the processes are still ending.
    FallingAsleep,
    Asleep,
    /// All requests of one wake wait for the same result.
    Waking(WakeResult),
    Stopped,
}

impl Scaling {
    pub(super) fn new(component: Component) -> Self {
        let state = State {
            mode: Mode::Awake,
            generation: None,
            next: 0,
            last_activity: component.runner.clock.now(),
        };
        Self {
            component: Arc::new(component),
            state: Mutex::new(state),
            in_flight: watch::Sender::new(InFlight::default()),
        }
    }

    /// A request has been answered to its end.
    pub(super) fn answered(&self, origin: Origin) {
        if origin == Origin::Public {
            self.state().last_activity = self.component.runner.clock.now();
        }
        self.in_flight.send_modify(|count| *count.of(origin) -= 1);
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the instances away if the service has been idle for long enough; else says how long that still takes.
    fn fall_asleep(&self, after: Duration) -> Result<Option<Generation>, Duration> {
        let mut state = self.state();
        if !matches!(state.mode, Mode::Awake) || self.in_flight.borrow().public > 0 {
            return Err(after);
        }
        let idle = self.component.runner.clock.now().duration_since(state.last_activity);
        let missing = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX) - idle;
        if missing.is_positive() {
            return Err(missing.unsigned_abs());
        }
        state.mode = Mode::FallingAsleep;
        Ok(state.generation.take())
    }

    pub(super) async fn watch_idleness(self: Arc<Self>, after: Duration) {
        loop {
            match self.fall_asleep(after) {
                Ok(generation) => {
                    self.component.say("no requests: scaling to zero");
                    if let Some(generation) = generation {
                        generation.stop().await;
                    }
                    let mut state = self.state();
                    if matches!(state.mode, Mode::FallingAsleep) {
                        state.mode = Mode::Asleep;
                        drop(state);
                        self.component.scaled_to_zero();
                    }
                }
                Err(missing) => {
                    // The sandbox's clock may be moved at any time, even between two looks at it.
                    let look_again = missing.clamp(Duration::from_millis(10), Duration::from_secs(1));
                    tokio::select! {
                        () = self.component.runner.clock.moved() => {}
                        () = tokio::time::sleep(look_again) => {}
                    }
                }
            }
        }
    }

    pub(super) async fn wake(self: Arc<Self>, result: watch::Sender<Option<Result<(), StepError>>>) {
        self.component.say("a request arrived: scaling from zero");
        let outcome = supervise::boot(&self.component).await;
        let outcome = {
            let mut state = self.state();
            if !matches!(state.mode, Mode::Waking(_)) {
                return;
            }
            state.last_activity = self.component.runner.clock.now();
            match outcome {
                Ok(generation) => {
                    state.mode = Mode::Awake;
                    state.generation = Some(generation);
                    Ok(())
                }
                Err(error) => {
                    state.mode = Mode::Asleep;
                    Err(error)
                }
            }
        };
        if outcome.is_ok() {
            self.component.scaled_from_zero();
        }
        result.send_replace(Some(outcome));
    }
}
