//! Turns a commit into something that can start, as the buildpacks do.

use super::Runner;
use super::plan::{Build, BuildPlan, StepError};
use crate::sandbox::log::Log;

/// Checks the commit out afresh, runs the buildpack's steps and `build_command`, and writes all output to `log`.
pub(crate) async fn build(_runner: &Runner, _plan: &BuildPlan, _log: &Log) -> Result<Build, StepError> {
    todo!()
}
