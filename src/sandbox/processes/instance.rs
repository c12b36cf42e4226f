//! One instance of a component: a fresh disk, a port, an environment and the process.

use std::ffi::OsString;
use std::time::Duration;

use super::plan::internal;
use super::plan::{Build, Kind, LaunchPlan, StepError};
use super::port::Port;
use super::process::{Output, Process, Start};
use super::runner::Runner;
use super::{disk, environment};

/// Dropping it kills the process first and then deletes the disk.
#[derive(Debug)]
pub(super) struct Instance {
    /// As `web-7d9f6c5b8-x2x4q`.
    pub(super) name: String,
    pub(super) process: Process,
    pub(super) output: Output,
    pub(super) port: Port,
    _disk: disk::Disk,
}

impl Instance {
    pub(super) async fn stop(self, grace: Duration) {
        self.process.stop(grace).await;
    }
}

pub(super) async fn start(
    runner: &Runner,
    build: &Build,
    plan: &LaunchPlan,
    output: Output,
) -> Result<Instance, StepError> {
    let name = name(&plan.component);
    let disk = runner.disk(&name)?;
    let filled = disk.fill(&build.directory).await;
    filled.map_err(|error| internal("cannot copy the build", &error))?;
    let port = Port::claim().map_err(|error| internal("cannot give the instance a port", &error))?;

    let command = start_command(build, plan)?;
    let command = match plan.kind {
        Kind::Service => environment::command_with_port(&command, plan.http_port, port.number()),
        _ => command,
    };
    let private = runner.has_private_tmp().await;
    let process = runner.start(Start {
        name: name.clone(),
        program: ["bash", "-c", &command].map(OsString::from).to_vec(),
        directory: disk.app(),
        envs: environment_of(build, plan, &disk, port.number(), private),
        tmp: private.then(|| disk.tmp()),
        keep: runner.needed_below_tmp(&[disk.root().to_owned(), runner.root.join("cache"), runner.shared()]),
        user: None,
        output: output.clone(),
    })?;
    Ok(Instance {
        name,
        process,
        output,
        port,
        _disk: disk,
    })
}

fn start_command(build: &Build, plan: &LaunchPlan) -> Result<String, StepError> {
    let given = plan.run_command.clone().filter(|command| !command.trim().is_empty());
    given.or_else(|| build.start.clone()).ok_or_else(|| StepError {
        code: "ContainerCommandNotExecutable",
        message: format!(
            "`{}` has no start command: set `run_command`, or add a `Procfile` or a `start` script in `package.json`",
            plan.component
        ),
    })
}

fn environment_of(
    build: &Build,
    plan: &LaunchPlan,
    disk: &disk::Disk,
    port: u16,
    private: bool,
) -> Vec<(String, String)> {
    let mut envs = environment::base();
    environment::set(&mut envs, "HOME", disk.home().display().to_string());
    let tmp = if private {
        "/tmp".to_owned()
    } else {
        disk.tmp().display().to_string()
    };
    environment::set(&mut envs, "TMPDIR", tmp);
    for (name, value) in build.envs.iter().chain(&plan.envs) {
        let value = environment::with_port(value, port);
        environment::set(&mut envs, name, value);
    }
    if !private {
        for (name, value) in plan.envs.iter() {
            let value = environment::with_tmp(&environment::with_port(value, port), &disk.tmp());
            environment::set(&mut envs, name, value);
        }
    }
    // An own `PORT` in the spec is the spec's port; here every instance has one of its own.
    if plan.kind == Kind::Service || !plan.envs.iter().any(|(name, _)| name == "PORT") {
        environment::set(&mut envs, "PORT", port.to_string());
    }
    envs
}

/// The component, then a part for the deployment and one for the instance, in letters that spell no words.
fn name(component: &str) -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut random = [0; 14];
    // Names need not be secret: without randomness they are only less distinct.
    let _ = getrandom::fill(&mut random);
    let word = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
            .collect::<String>()
    };
    format!("{component}-{}-{}", word(&random[..9]), word(&random[9..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_look_like_those_of_the_platform() {
        let name = name("web");
        assert_eq!(name.len(), "web-7d9f6c5b8-x2x4q".len());
        assert!(name.starts_with("web-"));
    }
}
