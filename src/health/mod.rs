//! The outside probe: up, waking, wrong or down.

mod hosts;
mod observation;
mod obstacle;
mod probe;
mod redirects;
mod remark;
mod target;
mod watch;

pub(crate) use hosts::Hosts;
pub(crate) use observation::Observation;
pub(crate) use probe::Prober;
pub(crate) use remark::{Remark, remark};
pub(crate) use target::{Expect, Target};
pub(crate) use watch::{HealthVerdict, watch};
