//! Jobs of a deployment: before traffic moves, after it, and when it failed.

use std::time::Duration;

use super::{Builds, Failed, Rollout};
use crate::clouds::app_platform::document::component::Component;
use crate::clouds::app_platform::document::envs::Bindings;
use crate::clouds::app_platform::domain::logs::LogKind;
use crate::processes;

/// What a job may take when the spec says nothing.
/// <https://github.com/digitalocean/godo/blob/main/apps.gen.go>
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

impl Rollout {
    /// Runs all jobs of one kind, one after the other, in the order of the spec.
    pub(super) async fn run_jobs(&self, kind: &str, builds: &Builds, bindings: &Bindings) -> Result<(), Failed> {
        for job in self.spec.jobs.iter().filter(|job| job.kind == kind) {
            self.run_job(job, builds, bindings).await?;
        }
        Ok(())
    }

    /// After a failure; what goes wrong here is said in the tree and changes nothing.
    pub(super) async fn run_failure_jobs(&self) {
        let Ok(builds) = self.change(|deployment| deployment.builds.clone()) else {
            return;
        };
        if self.order.restart.is_some() || !self.spec.jobs.iter().any(|job| job.kind == "FAILED_DEPLOY") {
            return;
        }
        let Ok(bindings) = self.bind().await else { return };
        for job in self.spec.jobs.iter().filter(|job| job.kind == "FAILED_DEPLOY") {
            let _noted = self.run_job(job, &builds, &bindings).await;
        }
    }

    async fn run_job(&self, job: &Component, builds: &Builds, bindings: &Bindings) -> Result<(), Failed> {
        // Its build has failed, which is then the error of the deployment.
        let Some(build) = builds.get(&job.name) else {
            return Ok(());
        };
        let deploy = ["deploy", "components", job.name.as_str(), "deploy"];
        let wait = ["deploy", "components", job.name.as_str(), "wait"];
        self.start_step(&deploy)?;
        let plan = self.launch_plan(processes::plan::Kind::Job, job, bindings)?;
        let log = self.log(LogKind::Deploy, &job.name)?;
        let timeout = go_duration(&job.timeout).unwrap_or(TIMEOUT);
        self.succeed_step(&deploy, None)?;
        self.start_step(&wait)?;
        match processes::job::run(&self.platform.runner, build, &plan, timeout, &log).await {
            Ok(()) => Ok(self.succeed_step(&wait, None)?),
            Err(error) => Err(self.fail_step(&wait, &error)),
        }
    }
}

/// `1h30m`, `90s`, `1.5h`: hours, minutes and seconds as Go writes them.
fn go_duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| letter != '.' && !letter.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail.chars().next()?;
        let seconds = match unit {
            'h' => 3600.0,
            'm' => 60.0,
            's' => 1.0,
            _ => return None,
        };
        total += Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        rest = &tail[1..];
    }
    (!total.is_zero()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_durations_of_go() {
        for (text, seconds) in [("1h30m", 5400), ("90s", 90), ("1.5h", 5400), ("30m0s", 1800)] {
            assert_eq!(go_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "soon", "10", "5d"] {
            assert_eq!(go_duration(text), None, "{text}");
        }
    }
}
