//! Brings the instances of a service up, and keeps them up: readiness, liveness, restarts with back-off.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::component::{Component, grace};
use super::exit;
use super::instance::{self, Instance};
use super::plan::{HealthCheck, Kind, StepError};
use super::probe::probe;
use super::process::Output;

/// However fast the world runs, a real program needs real time to start.
const LEAST_BUDGET: Duration = Duration::from_secs(3);
/// How long a worker has to stay up to count as started, at pace 1: it has no port to ask.
const WORKER_SETTLES: Duration = Duration::from_secs(2);
/// Restart back-off at pace 1: the second restart in a row waits so long, each further one twice as long.
const BACK_OFF: Duration = Duration::from_secs(10);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(300);

/// What is known about one instance.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) address: SocketAddr,
    /// The process group. `None` between a crash and the restart.
    pub(super) leader: Option<u32>,
    pub(super) ready: bool,
}

impl Slot {
    fn of(instance: &Instance) -> Self {
        Self {
            name: instance.name.clone(),
            address: instance.port.address(),
            leader: Some(instance.process.leader()),
            ready: true,
        }
    }
}

/// The instances between one start (or wake) of a service and its end (or sleep). Dropping it kills them.
#[derive(Debug)]
pub(super) struct Generation {
    slots: Arc<Mutex<Vec<Slot>>>,
    stop: watch::Sender<bool>,
    supervisors: JoinSet<()>,
}

impl Generation {
    pub(super) fn slots(&self) -> Vec<Slot> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Addresses of the instances that are ready.
    pub(super) fn ready(&self) -> Vec<SocketAddr> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots
            .iter()
            .filter(|slot| slot.ready)
            .map(|slot| slot.address)
            .collect()
    }

    pub(super) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.supervisors.join_next().await.is_some() {}
    }
}

/// Starts all instances, waits until each is ready, and watches over them from then on.
pub(super) async fn boot(component: &Arc<Component>) -> Result<Generation, StepError> {
    let wanted = component.plan.instances.max(1);
    let instances = try_join_all((0..wanted).map(|_| boot_one(component))).await?;
    let slots = Arc::new(Mutex::new(instances.iter().map(Slot::of).collect::<Vec<_>>()));
    let stop = watch::Sender::new(false);
    let mut supervisors = JoinSet::new();
    for (index, instance) in instances.into_iter().enumerate() {
        let supervisor = Supervisor {
            component: Arc::clone(component),
            slots: Arc::clone(&slots),
            index,
        };
        let mut stopped = stop.subscribe();
        supervisors.spawn(async move { supervisor.run(instance, &mut stopped).await });
    }
    Ok(Generation {
        slots,
        stop,
        supervisors,
    })
}

async fn boot_one(component: &Component) -> Result<Instance, StepError> {
    let began = Instant::now();
    let output = Output::new(component.name(), &component.logs.run);
    let started = instance::start(&component.runner, &component.build, &component.plan, output).await;
    let mut instance = started.inspect_err(|error| component.say(&error.message))?;
    component.say(&format!(
        "started instance {} on port {}",
        instance.name,
        instance.port.number()
    ));
    match until_ready(component, &mut instance).await {
        Ok(()) => {
            component.say(&format!(
                "instance {} ready after {:.1?}",
                instance.name,
                began.elapsed()
            ));
            Ok(instance)
        }
        Err(error) => {
            component.say(&error.message);
            keep_output(component, &instance);
            Err(error)
        }
    }
}

/// What a crashed instance printed can be read under `RUN_RESTARTED`.
fn keep_output(component: &Component, instance: &Instance) {
    for line in instance.output.tail() {
        component.logs.restarted.push(component.name(), &line);
    }
}

async fn until_ready(component: &Component, instance: &mut Instance) -> Result<(), StepError> {
    let clock = &component.runner.clock;
    if component.plan.kind != Kind::Service {
        let settled = clock.paced(WORKER_SETTLES).max(Duration::from_millis(300));
        return match tokio::time::timeout(settled, instance.process.wait()).await {
            Ok(code) => Err(exit::container_error(component.name(), code, " right after its start")),
            Err(_) => Ok(()),
        };
    }
    let check = &component.plan.readiness;
    let budget = clock
        .paced(check.initial_delay + check.period * check.failure_threshold)
        .max(LEAST_BUDGET);
    let end = Instant::now() + budget;
    let mut successes = 0;
    let mut pause = Duration::from_millis(5);
    loop {
        let seen = tokio::select! {
            // The end of the generation wins over a crash in the same moment, which would start a new instance.
            biased;
            code = instance.process.wait() => {
                return Err(exit::container_error(component.name(), code, " before it was ready"));
            }
            seen = probe_once(component, check, instance.port.address()) => seen,
        };
        match seen {
            Ok(()) => successes += 1,
            Err(_) => successes = 0,
        }
        if successes >= check.success_threshold.max(1) {
            return Ok(());
        }
        if let (Err(seen), true) = (&seen, Instant::now() >= end) {
            return Err(StepError {
                code: "ContainerHealthChecksFailed",
                message: format!(
                    "readiness check of `{}` failed for {}: {seen}",
                    component.name(),
                    describe(check, instance.port.number(), budget),
                ),
            });
        }
        tokio::select! {
            biased;
            code = instance.process.wait() => {
                return Err(exit::container_error(component.name(), code, " before it was ready"));
            }
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 3 / 2).min(Duration::from_millis(100));
    }
}

/// As in: 8.0s at `/health` on port 23456.
fn describe(check: &HealthCheck, port: u16, budget: Duration) -> String {
    let port = check.port.unwrap_or(port);
    match &check.http_path {
        Some(path) => format!("{budget:.1?} at `{path}` on port {port}"),
        None => format!("{budget:.1?} on port {port}"),
    }
}

async fn probe_once(component: &Component, check: &HealthCheck, own: SocketAddr) -> Result<(), String> {
    let other = check.port.filter(|port| *port != component.plan.http_port);
    let address = other.map_or(own, |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let timeout = component.runner.clock.paced(check.timeout).max(Duration::from_secs(1));
    probe(address, check.http_path.as_deref(), timeout).await
}

/// Resolves with a sentence when liveness checks have failed often enough.
async fn until_dead(component: &Component, own: SocketAddr) -> String {
    let Some(check) = &component.plan.liveness else {
        return std::future::pending().await;
    };
    let clock = &component.runner.clock;
    tokio::time::sleep(clock.paced(check.initial_delay)).await;
    let mut failures = 0;
    loop {
        tokio::time::sleep(clock.paced(check.period).max(Duration::from_millis(100))).await;
        match probe_once(component, check, own).await {
            Ok(()) => failures = 0,
            Err(seen) => {
                failures += 1;
                if failures >= check.failure_threshold.max(1) {
                    return format!("liveness check failed {failures} times: {seen}");
                }
            }
        }
    }
}

/// Watches over one instance and starts it again when it ends.
struct Supervisor {
    component: Arc<Component>,
    slots: Arc<Mutex<Vec<Slot>>>,
    index: usize,
}

impl Supervisor {
    async fn run(&self, mut instance: Instance, stopped: &mut watch::Receiver<bool>) {
        let component = &self.component;
        let grace = grace(&component.runner, &component.plan);
        let mut restarts = 0;
        loop {
            let address = instance.port.address();
            let up_since = Instant::now();
            let reason = tokio::select! {
                biased;
                () = until_stopped(stopped) => {
                    instance.stop(grace).await;
                    return;
                }
                code = instance.process.wait() => format!("{} {}", instance.name, exit::words(code)),
                reason = until_dead(component, address) => format!("{}: {reason}", instance.name),
            };
            self.change(|slot| {
                slot.ready = false;
                slot.leader = None;
            });
            if component.runner.is_closing() {
                return;
            }
            component.say(&reason);
            keep_output(component, &instance);
            tokio::select! {
                () = instance.stop(grace) => {}
                () = until_stopped(stopped) => return,
            }
            // An instance that stayed up this long has recovered: its next crash is a first one.
            if up_since.elapsed() > component.runner.clock.paced(LONGEST_BACK_OFF) {
                restarts = 0;
            }
            instance = tokio::select! {
                biased;
                () = until_stopped(stopped) => return,
                instance = self.restart(&mut restarts) => instance,
            };
            self.change(|slot| *slot = Slot::of(&instance));
        }
    }

    async fn restart(&self, restarts: &mut u32) -> Instance {
        loop {
            tokio::time::sleep(self.component.runner.clock.paced(back_off(*restarts))).await;
            *restarts += 1;
            self.component.restarted();
            if let Ok(instance) = boot_one(&self.component).await {
                return instance;
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Slot)) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get_mut(self.index) {
            change(slot);
        }
    }
}

/// Resolves when the generation is to end, or is gone.
async fn until_stopped(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// The first restart follows at once.
fn back_off(restarts: u32) -> Duration {
    match restarts {
        0 => Duration::ZERO,
        _ => BACK_OFF
            .saturating_mul(1 << (restarts - 1).min(10))
            .min(LONGEST_BACK_OFF),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_five_minutes() {
        let seconds = [0, 1, 2, 3, 6, 40].map(|restarts| back_off(restarts).as_secs());
        assert_eq!(seconds, [0, 10, 20, 40, 300, 300]);
    }
}
