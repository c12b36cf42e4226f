//! The outside probe: up, waking, wrong or down.

mod observation;
mod obstacle;
mod probe;
mod target;
mod watch;

pub(crate) use observation::Observation;
pub(crate) use probe::Prober;
pub(crate) use target::{Expect, Target};
pub(crate) use watch::{HealthVerdict, watch};
