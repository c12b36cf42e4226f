//! Jobs: a fresh instance that runs once, with its exit status as the result.

use std::time::Duration;

use super::plan::{Build, LaunchPlan, StepError};
use super::process::Output;
use super::runner::Runner;
use super::{exit, instance};
use crate::log::Log;

/// Runs to the end or to `timeout`. Dropping the future kills the job.
pub(crate) async fn run(
    runner: &Runner,
    build: &Build,
    plan: &LaunchPlan,
    timeout: Duration,
    log: &Log,
) -> Result<(), StepError> {
    let started = instance::start(runner, build, plan, Output::new(&plan.component, log)).await;
    let mut instance = started.inspect_err(|error| log.push(&plan.component, &error.message))?;
    match tokio::time::timeout(timeout, instance.process.wait()).await {
        Ok(0) => Ok(()),
        Ok(code) => Err(exit::container_error(&plan.component, code, "")),
        Err(_) => {
            instance.stop(super::component::grace(runner, plan)).await;
            Err(StepError {
                code: "ContainerExitNonZero",
                message: format!(
                    "`{}` was stopped after its timeout of {}s",
                    plan.component,
                    timeout.as_secs()
                ),
            })
        }
    }
}
