//! Where the time of a run went: its phases are spans, and this layer adds up how long they are open.

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

/// The spans that are added up, and what people are told that they are. No two of them are open at once.
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
    ended: [Duration; PHASES.len()],
    /// By the span's id.
    open: HashMap<u64, (usize, Instant)>,
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
        let measured = self.measured();
        of_the_platform(&measured).is_some().then(|| {
            let known = measured.iter().filter(|(_, took)| !took.is_zero());
            let parts: Vec<String> = known
                .map(|(phase, took)| format!("{} {}", said(phase), humanize(*took)))
                .collect();
            format!("Time: {}", parts.join(", "))
        })
    }

    /// A line for each phase, then for the rest, for all, and for what the run adds to the platform's own work.
    pub(crate) fn table(&self) -> Vec<String> {
        let (measured, whole) = (self.measured(), self.begun.elapsed());
        let in_phases: Duration = measured.iter().map(|(_, took)| *took).sum();
        let platform = of_the_platform(&measured).unwrap_or_default();
        let phases = measured.iter().map(|(phase, took)| (said(phase), *took));
        let sums = [
            ("everything else", whole.saturating_sub(in_phases)),
            ("in all", whole),
            (
                "without the platform's build and deploy",
                whole.saturating_sub(platform),
            ),
        ];
        let rows: Vec<(&str, Duration)> = phases.chain(sums).collect();
        let widest = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let row = |(name, took): &(&str, Duration)| format!("{name:widest$}  {:>8.2}s", took.as_secs_f64());
        rows.iter().map(row).collect()
    }

    fn measured(&self) -> Vec<(&'static str, Duration)> {
        let measured = self.lock();
        let open = |index: usize| {
            let of_phase = measured.open.values().filter(move |(phase, _)| *phase == index);
            of_phase.map(|(_, since)| since.elapsed()).sum::<Duration>()
        };
        let phases = PHASES.iter().enumerate();
        phases
            .map(|(index, (phase, _))| (*phase, measured.ended[index] + open(index)))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn said(phase: &str) -> &'static str {
    PHASES
        .iter()
        .find(|(name, _)| *name == phase)
        .map_or("", |(_, said)| said)
}

/// `None`: it was given nothing to do.
fn of_the_platform(measured: &[(&'static str, Duration)]) -> Option<Duration> {
    let of_it = measured.iter().filter(|(phase, _)| OF_THE_PLATFORM.contains(phase));
    let took: Duration = of_it.map(|(_, took)| *took).sum();
    (!took.is_zero()).then_some(took)
}

impl<S: Subscriber> Layer<S> for Timings {
    fn on_new_span(&self, span: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let metadata = span.metadata();
        let phase = PHASES.iter().position(|(name, _)| *name == metadata.name());
        if let Some(phase) = phase.filter(|_| metadata.target() == TARGET) {
            self.lock().open.insert(id.into_u64(), (phase, Instant::now()));
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let mut measured = self.lock();
        if let Some((phase, since)) = measured.open.remove(&id.into_u64()) {
            measured.ended[phase] += since.elapsed();
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
    use std::time::Duration;

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::Timings;

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
}
