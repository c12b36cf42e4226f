//! Where the time of a run went: its phases are spans, and this layer adds up how long any of a phase is open.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::wait::humanize;

/// The target of the spans that are phases.
const TARGET: &str = "phase";

/// The spans that are measured, and what they are called in the log. Of several apps that are deployed at the same time each
/// has spans of its own: what they share counts once.
const PHASES: [(&str, &str); 5] = [
    ("plan", "plan"),
    ("build", "the platform's build"),
    ("deploy", "the platform's deploy"),
    ("checks", "checks"),
    ("write", "writing"),
];

/// Those in which the platform works and this program waits.
const OF_THE_PLATFORM: [&str; 2] = ["build", "deploy"];

/// Cheap to clone; all clones share what was measured.
#[derive(Clone)]
pub(crate) struct Timings {
    begun: Instant,
    measured: Arc<Mutex<Measured>>,
}

#[derive(Default)]
struct Measured {
    phases: [Stopwatch; PHASES.len()],
    /// While the platform works on any app.
    platform: Stopwatch,
    /// While any phase is open.
    any: Stopwatch,
    /// The phases of the open spans, by the spans' ids.
    open: HashMap<u64, usize>,
}

/// Runs while at least one span is open.
#[derive(Default)]
struct Stopwatch {
    open: usize,
    since: Option<Instant>,
    ended: Duration,
}

impl Stopwatch {
    fn open(&mut self, now: Instant) {
        self.open += 1;
        self.since.get_or_insert(now);
    }

    fn close(&mut self, now: Instant) {
        self.open -= 1;
        if self.open == 0 {
            self.ended = self.read(now);
            self.since = None;
        }
    }

    fn read(&self, now: Instant) -> Duration {
        self.ended + self.since.map(|since| now - since).unwrap_or_default()
    }
}

impl Measured {
    /// How long each phase was open, by what it is called in the log.
    fn by_phase(&self, now: Instant) -> impl Iterator<Item = (&'static str, Duration)> {
        let phases = PHASES.iter().zip(&self.phases);
        phases.map(move |((_, said), stopwatch)| (*said, stopwatch.read(now)))
    }

    fn begin(&mut self, phase: usize, now: Instant) {
        self.of(phase).for_each(|stopwatch| stopwatch.open(now));
    }

    fn end(&mut self, phase: usize, now: Instant) {
        self.of(phase).for_each(|stopwatch| stopwatch.close(now));
    }

    /// The stopwatches that run while a phase is open.
    fn of(&mut self, phase: usize) -> impl Iterator<Item = &mut Stopwatch> {
        let is_the_platforms = OF_THE_PLATFORM.contains(&PHASES[phase].0);
        let platform = is_the_platforms.then_some(&mut self.platform);
        [&mut self.phases[phase], &mut self.any].into_iter().chain(platform)
    }
}

impl Default for Timings {
    fn default() -> Self {
        let begun = Instant::now();
        let measured = Arc::default();
        Self { begun, measured }
    }
}

impl Timings {
    /// `Time: plan 2s, the platform's build 41s, …`. `None`: nothing was deployed.
    pub(crate) fn line(&self) -> Option<String> {
        let (measured, now) = (self.lock(), Instant::now());
        (!measured.platform.read(now).is_zero()).then(|| {
            let known = measured.by_phase(now).filter(|(_, took)| !took.is_zero());
            let parts: Vec<String> = known.map(|(said, took)| format!("{said} {}", humanize(took))).collect();
            format!("Time: {}", parts.join(", "))
        })
    }

    /// A line for each phase, then for the rest, for all, and for what the run adds to the platform's own work.
    pub(crate) fn table(&self) -> Vec<String> {
        let (measured, now) = (self.lock(), Instant::now());
        let whole = now - self.begun;
        let sums = [
            ("everything else", whole.saturating_sub(measured.any.read(now))),
            ("in all", whole),
            (
                "without the platform's build and deploy",
                whole.saturating_sub(measured.platform.read(now)),
            ),
        ];
        let rows: Vec<(&str, Duration)> = measured.by_phase(now).chain(sums).collect();
        let widest = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let row = |(name, took): &(&str, Duration)| format!("{name:widest$}  {:>8.2}s", took.as_secs_f64());
        rows.iter().map(row).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for Timings {
    fn on_new_span(&self, span: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let metadata = span.metadata();
        let phase = PHASES.iter().position(|(name, _)| *name == metadata.name());
        if let Some(phase) = phase.filter(|_| metadata.target() == TARGET) {
            let mut measured = self.lock();
            measured.open.insert(id.into_u64(), phase);
            measured.begin(phase, Instant::now());
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let mut measured = self.lock();
        if let Some(phase) = measured.open.remove(&id.into_u64()) {
            measured.end(phase, Instant::now());
        }
    }
}

impl fmt::Debug for Timings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timings")
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::{Measured, Stopwatch, Timings};

    #[test]
    fn phases_are_added_up_also_while_they_are_open() {
        let timings = Timings::default();
        let subscriber = tracing_subscriber::registry().with(timings.clone());
        tracing::subscriber::with_default(subscriber, || {
            let pause = || std::thread::sleep(Duration::from_millis(5));
            let plan = tracing::debug_span!(target: "phase", "plan");
            pause();
            drop(plan);
            assert_eq!(timings.line(), None);
            let build = tracing::debug_span!(target: "phase", "build");
            let _other = tracing::debug_span!(target: "flow", "deploy");
            pause();
            let expected = "Time: plan 1s, the platform's build 1s";
            assert_eq!(timings.line().as_deref(), Some(expected));
            drop(build);
            pause();
            assert_eq!(timings.line().as_deref(), Some(expected));
        });
        let table = timings.table();
        let names: Vec<&str> = table.iter().filter_map(|row| row.split("  ").next()).collect();
        assert_eq!(
            names,
            [
                "plan",
                "the platform's build",
                "the platform's deploy",
                "checks",
                "writing",
                "everything else",
                "in all",
                "without the platform's build and deploy"
            ]
        );
    }
    #[test]
    fn what_two_apps_share_counts_once() {
        const BUILD: usize = 1;
        const DEPLOY: usize = 2;
        let begun = Instant::now();
        let at = |second| begun + Duration::from_secs(second);
        let mut measured = Measured::default();
        measured.begin(BUILD, at(0));
        measured.begin(BUILD, at(10));
        measured.end(BUILD, at(30));
        measured.begin(DEPLOY, at(30));
        measured.end(BUILD, at(50));
        measured.end(DEPLOY, at(60));
        let took: Vec<u64> = measured.by_phase(at(90)).map(|(_, took)| took.as_secs()).collect();
        assert_eq!(took, [0, 50, 30, 0, 0]);
        let read = |stopwatch: &Stopwatch| stopwatch.read(at(90)).as_secs();
        assert_eq!((read(&measured.platform), read(&measured.any)), (60, 60));
    }
}
