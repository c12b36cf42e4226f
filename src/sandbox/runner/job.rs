//! Jobs: a fresh instance that runs once, with its exit status as the result.

use std::time::Duration;

use super::Runner;
use super::plan::{Build, LaunchPlan, StepError};
use crate::sandbox::log::Log;

/// Runs to the end or to `timeout`. Dropping the future kills the job.
pub(crate) async fn run(
    _runner: &Runner,
    _build: &Build,
    _plan: &LaunchPlan,
    _timeout: Duration,
    _log: &Log,
) -> Result<(), StepError> {
    todo!()
}
