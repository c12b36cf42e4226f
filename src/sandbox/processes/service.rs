//! The instances of one service or worker: started, watched, put to sleep, woken, drained.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::plan::{Build, LaunchPlan, StepError};
use super::supervise::{self, Generation};
use super::upstream::{InFlight, Origin, Upstream};
use super::{Runner, stray};
use crate::log::Log;

/// What happened to a service without anybody asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServiceEvent {
    ScaledToZero { component: String },
    ScaledFromZero { component: String },
    InstanceRestarted { component: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceStatus {
    pub(crate) desired: u32,
    pub(crate) ready: u32,
    pub(crate) asleep: bool,
    /// Names of running instances, as `web-7d9f6c5b8-x2x4q`.
    pub(crate) instances: Vec<String>,
    /// Resident memory of all instances, in bytes.
    pub(crate) memory_bytes: u64,
}

/// Dropping it kills its instances.
#[derive(Debug)]
pub(crate) struct Service {
    shared: Arc<Shared>,
    /// The watch over idleness, and a wake under way.
    tasks: Mutex<JoinSet<()>>,
}

/// Where a service's logs go: what it prints, and what instances printed that crashed or were restarted.
#[derive(Clone, Debug)]
pub(crate) struct RunLogs {
    pub(crate) run: Log,
    pub(crate) restarted: Log,
    /// Start, health-check results, exit codes: `DEPLOY`.
    pub(crate) deploy: Log,
}

/// What the service and the tasks that watch over it have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) runner: Arc<Runner>,
    pub(super) build: Build,
    pub(super) plan: LaunchPlan,
    pub(super) logs: RunLogs,
    events: UnboundedSender<ServiceEvent>,
    state: Mutex<State>,
    in_flight: watch::Sender<InFlight>,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    /// `None` while asleep and once stopped.
    generation: Option<Generation>,
    /// Round robin.
    next: usize,
    last_activity: Timestamp,
}

type WakeResult = watch::Receiver<Option<Result<(), StepError>>>;

#[derive(Debug)]
enum Mode {
    Awake,
    /// Decided, the processes are still ending.
    FallingAsleep,
    Asleep,
    /// All requests of one wake wait for the same result.
    Waking(WakeResult),
    Stopped,
}

impl Shared {
    /// A request has been answered to its end.
    pub(super) fn answered(&self, origin: Origin) {
        if origin == Origin::Public {
            self.state().last_activity = self.runner.clock.now();
        }
        self.in_flight.send_modify(|count| *count.of(origin) -= 1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn component(&self) -> &str {
        &self.plan.component
    }

    pub(super) fn say(&self, message: &str) {
        self.logs.deploy.push(self.component(), message);
    }

    pub(super) fn restarted(&self) {
        let component = self.component().to_owned();
        let _ = self.events.send(ServiceEvent::InstanceRestarted { component });
    }

    fn scaled_to_zero(&self) {
        let component = self.component().to_owned();
        let _ = self.events.send(ServiceEvent::ScaledToZero { component });
    }

    /// Takes the instances away if the service has been idle for long enough; else says how long that still takes.
    fn fall_asleep(&self, after: Duration) -> Result<Option<Generation>, Duration> {
        let mut state = self.state();
        if !matches!(state.mode, Mode::Awake) || self.in_flight.borrow().public > 0 {
            return Err(after);
        }
        let idle = self.runner.clock.now().duration_since(state.last_activity);
        let missing = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX) - idle;
        if missing.is_positive() {
            return Err(missing.unsigned_abs());
        }
        state.mode = Mode::FallingAsleep;
        Ok(state.generation.take())
    }

    async fn watch_idleness(self: Arc<Self>, after: Duration) {
        loop {
            match self.fall_asleep(after) {
                Ok(generation) => {
                    self.say("no requests: scaling to zero");
                    if let Some(generation) = generation {
                        generation.stop().await;
                    }
                    let mut state = self.state();
                    if matches!(state.mode, Mode::FallingAsleep) {
                        state.mode = Mode::Asleep;
                        drop(state);
                        self.scaled_to_zero();
                    }
                }
                Err(missing) => {
                    // The sandbox's clock may be moved at any time, even between two looks at it.
                    let look_again = missing.clamp(Duration::from_millis(10), Duration::from_secs(1));
                    tokio::select! {
                        () = self.runner.clock.moved() => {}
                        () = tokio::time::sleep(look_again) => {}
                    }
                }
            }
        }
    }

    async fn wake(self: Arc<Self>, result: watch::Sender<Option<Result<(), StepError>>>) {
        self.say("a request arrived: scaling from zero");
        let outcome = supervise::boot(&self).await;
        let outcome = {
            let mut state = self.state();
            if !matches!(state.mode, Mode::Waking(_)) {
                return;
            }
            state.last_activity = self.runner.clock.now();
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
            let component = self.component().to_owned();
            let _ = self.events.send(ServiceEvent::ScaledFromZero { component });
        }
        result.send_replace(Some(outcome));
    }
}

/// What a request finds.
enum Arrival {
    Served(Upstream),
    Refused(StepError),
    Waits(WakeResult),
}

impl Service {
    /// Starts all instances and waits until each is ready. On an error, and when the future is dropped, nothing of
    /// it is left running.
    pub(crate) async fn launch(
        runner: Arc<Runner>,
        build: Build,
        plan: LaunchPlan,
        logs: RunLogs,
        events: UnboundedSender<ServiceEvent>,
    ) -> Result<Arc<Self>, StepError> {
        let last_activity = runner.clock.now();
        let shared = Arc::new(Shared {
            runner,
            build,
            plan,
            logs,
            events,
            state: Mutex::new(State {
                mode: Mode::Awake,
                generation: None,
                next: 0,
                last_activity,
            }),
            in_flight: watch::Sender::new(InFlight::default()),
        });
        let generation = supervise::boot(&shared).await?;
        {
            let mut state = shared.state();
            state.generation = Some(generation);
            state.last_activity = shared.runner.clock.now();
        }
        let mut tasks = JoinSet::new();
        if let Some(after) = shared.plan.inactivity_sleep {
            tasks.spawn(Arc::clone(&shared).watch_idleness(after));
        }
        let tasks = Mutex::new(tasks);
        Ok(Arc::new(Self { shared, tasks }))
    }

    pub(crate) fn status(&self) -> ServiceStatus {
        let state = self.shared.state();
        let slots = state.generation.as_ref().map(Generation::slots).unwrap_or_default();
        let asleep = matches!(state.mode, Mode::Asleep);
        drop(state);
        let groups = slots.iter().filter_map(|slot| slot.leader).collect::<Vec<_>>();
        ServiceStatus {
            desired: self.shared.plan.instances.max(1),
            ready: slots.iter().map(|slot| u32::from(slot.ready)).sum(),
            asleep,
            memory_bytes: if groups.is_empty() { 0 } else { stray::memory(&groups) },
            instances: slots
                .into_iter()
                .filter(|slot| slot.leader.is_some())
                .map(|slot| slot.name)
                .collect(),
        }
    }

    /// For the edge: where to send the next request (round robin over ready instances), after waking the service
    /// if it sleeps. A public one counts as activity until the guard is dropped.
    pub(crate) async fn upstream(&self, origin: Origin) -> Result<Upstream, StepError> {
        loop {
            match self.arrive(origin) {
                Arrival::Served(upstream) => return Ok(upstream),
                Arrival::Refused(error) => return Err(error),
                Arrival::Waits(mut result) => match result.wait_for(Option::is_some).await.as_deref() {
                    Ok(Some(Err(error))) => return Err(error.clone()),
                    Ok(_) => {}
                    Err(_) => return Err(stopped(self.shared.component())),
                },
            }
        }
    }

    /// Whether a request would be answered without waiting for a wake. Where not, the wake begins.
    pub(crate) fn is_awake(&self) -> bool {
        !matches!(self.arrive(Origin::Public), Arrival::Waits(_))
    }

    fn arrive(&self, origin: Origin) -> Arrival {
        let mut state = self.shared.state();
        match &state.mode {
            Mode::Stopped => return Arrival::Refused(stopped(self.shared.component())),
            Mode::Asleep | Mode::FallingAsleep | Mode::Waking(_) if origin == Origin::Inside => {
                return Arrival::Refused(StepError {
                    code: "InternalError",
                    message: format!(
                        "`{}` is asleep, and requests from inside the app do not wake it",
                        self.shared.component()
                    ),
                });
            }
            Mode::Waking(result) => return Arrival::Waits(result.clone()),
            Mode::FallingAsleep | Mode::Asleep => {
                if matches!(state.mode, Mode::FallingAsleep) {
                    self.shared.scaled_to_zero();
                }
                let (send, result) = watch::channel(None);
                state.mode = Mode::Waking(result.clone());
                let wake = Arc::clone(&self.shared).wake(send);
                let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
                while tasks.try_join_next().is_some() {}
                tasks.spawn(wake);
                return Arrival::Waits(result);
            }
            Mode::Awake => {}
        }
        let ready = state.generation.as_ref().map(Generation::ready).unwrap_or_default();
        if ready.is_empty() {
            return Arrival::Refused(StepError {
                code: "ContainerHealthChecksFailed",
                message: format!("no instance of `{}` is ready", self.shared.component()),
            });
        }
        state.next = state.next.wrapping_add(1);
        let address = ready[state.next % ready.len()];
        if origin == Origin::Public {
            state.last_activity = self.shared.runner.clock.now();
        }
        self.shared.in_flight.send_modify(|count| *count.of(origin) += 1);
        drop(state);
        Arrival::Served(Upstream::new(address, origin, Arc::clone(&self.shared)))
    }

    /// Drains, sends SIGTERM, waits for the grace period, kills.
    pub(crate) async fn stop(&self) {
        let generation = {
            let mut state = self.shared.state();
            state.mode = Mode::Stopped;
            state.generation.take()
        };
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
        let drain = self
            .shared
            .runner
            .clock
            .paced(self.shared.plan.drain)
            .max(Duration::from_secs(1));
        let mut in_flight = self.shared.in_flight.subscribe();
        let _ = tokio::time::timeout(drain, in_flight.wait_for(|count| *count == InFlight::default())).await;
        if let Some(generation) = generation {
            generation.stop().await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.mode = Mode::Stopped;
        let generation = state.generation.take();
        drop(state);
        drop(generation);
    }
}

fn stopped(component: &str) -> StepError {
    StepError {
        code: "InternalError",
        message: format!("`{component}` has been stopped"),
    }
}

/// How long an instance may take to end after SIGTERM.
pub(super) fn grace(runner: &Runner, plan: &LaunchPlan) -> Duration {
    runner.clock.paced(plan.grace).max(Duration::from_secs(1))
}
