//! The instances of one service or worker: started, watched, put to sleep, woken, drained.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::component::{Component, RunLogs, ServiceEvent};
use super::plan::{Build, LaunchPlan, StepError};
use super::runner::Runner;
use super::scaling::{Mode, Scaling, WakeResult};
use super::stray;
use super::supervise::{self, Generation};
use super::traffic::{InFlight, Origin};
use super::upstream::Upstream;

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
    scaling: Arc<Scaling>,
    /// The watch over idleness, and a wake under way.
    tasks: Mutex<JoinSet<()>>,
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
        let scaling = Arc::new(Scaling::new(Component {
            runner,
            build,
            plan,
            logs,
            events,
        }));
        let generation = supervise::boot(&scaling.component).await?;
        {
            let mut state = scaling.state();
            state.generation = Some(generation);
            state.last_activity = scaling.component.runner.clock.now();
        }
        let mut tasks = JoinSet::new();
        if let Some(after) = scaling.component.plan.inactivity_sleep {
            tasks.spawn(Arc::clone(&scaling).watch_idleness(after));
        }
        let tasks = Mutex::new(tasks);
        Ok(Arc::new(Self { scaling, tasks }))
    }

    pub(crate) fn status(&self) -> ServiceStatus {
        let state = self.scaling.state();
        let slots = state.generation.as_ref().map(Generation::slots).unwrap_or_default();
        let asleep = matches!(state.mode, Mode::Asleep);
        drop(state);
        let groups = slots.iter().filter_map(|slot| slot.leader).collect::<Vec<_>>();
        ServiceStatus {
            desired: self.scaling.component.plan.instances.max(1),
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
                    Err(_) => return Err(stopped(self.scaling.component.name())),
                },
            }
        }
    }

    /// Whether a request would be answered without waiting for a wake. Where not, the wake begins.
    pub(crate) fn is_awake(&self) -> bool {
        !matches!(self.arrive(Origin::Public), Arrival::Waits(_))
    }

    fn arrive(&self, origin: Origin) -> Arrival {
        let mut state = self.scaling.state();
        match &state.mode {
            Mode::Stopped => return Arrival::Refused(stopped(self.scaling.component.name())),
            Mode::Asleep | Mode::FallingAsleep | Mode::Waking(_) if origin == Origin::Inside => {
                return Arrival::Refused(StepError {
                    code: "InternalError",
                    message: format!(
                        "`{}` is asleep, and requests from inside the app do not wake it",
                        self.scaling.component.name()
                    ),
                });
            }
            Mode::Waking(result) => return Arrival::Waits(result.clone()),
            Mode::FallingAsleep | Mode::Asleep => {
                if matches!(state.mode, Mode::FallingAsleep) {
                    self.scaling.component.scaled_to_zero();
                }
                let (send, result) = watch::channel(None);
                state.mode = Mode::Waking(result.clone());
                let wake = Arc::clone(&self.scaling).wake(send);
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
                message: format!("no instance of `{}` is ready", self.scaling.component.name()),
            });
        }
        state.next = state.next.wrapping_add(1);
        let address = ready[state.next % ready.len()];
        if origin == Origin::Public {
            state.last_activity = self.scaling.component.runner.clock.now();
        }
        self.scaling.in_flight.send_modify(|count| *count.of(origin) += 1);
        drop(state);
        Arrival::Served(Upstream::new(address, origin, Arc::clone(&self.scaling)))
    }

    /// Drains, sends SIGTERM, waits for the grace period, kills.
    pub(crate) async fn stop(&self) {
        let generation = {
            let mut state = self.scaling.state();
            state.mode = Mode::Stopped;
            state.generation.take()
        };
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
        let drain = self
            .scaling
            .component
            .runner
            .clock
            .paced(self.scaling.component.plan.drain)
            .max(Duration::from_secs(1));
        let mut in_flight = self.scaling.in_flight.subscribe();
        let _ = tokio::time::timeout(drain, in_flight.wait_for(|count| *count == InFlight::default())).await;
        if let Some(generation) = generation {
            generation.stop().await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let mut state = self.scaling.state();
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
