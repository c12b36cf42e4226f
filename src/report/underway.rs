//! What the comment says while a deployment is under way: what the platform does, since when, how long it usually takes.

use std::time::Duration;

use tokio::sync::watch;

use super::AppReporter;
use crate::model::rollout::{Step, StepStatus};
use crate::redact::strip::strip;

/// A step that is over sooner is not written down: every edit costs GitHub requests, of which a repository has few.
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
const WORTH_WRITING: Duration = Duration::from_secs(20);

impl AppReporter<'_> {
    /// Writes each step that lasts into the comment, until the sender is gone. That one cannot be written changes nothing.
    pub(crate) async fn write_steps(&self, mut steps: watch::Receiver<Option<String>>) {
        let wait = self.reporter().await.deps.wait.clone();
        while steps.changed().await.is_ok() {
            loop {
                tokio::select! {
                    changed = steps.changed() => match changed {
                        Ok(()) => {}
                        Err(_) => return,
                    },
                    slept = wait.sleep(WORTH_WRITING) => match slept {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                }
            }
            let step = steps.borrow_and_update().clone();
            let mut reporter = self.reporter().await;
            if reporter.conversation.is_none() || reporter.reports[self.index].underway.step == step {
                continue;
            }
            let words = step.map(|step| reporter.deps.redactor.clean(&strip(&step)));
            reporter.reports[self.index].underway.step = words;
            reporter.write_news().await;
        }
    }
}

/// What the platform is busy with, in one line.
pub(crate) fn busy_with(steps: &[Step]) -> Option<String> {
    let running: Vec<String> = steps
        .iter()
        .filter(|step| step.status == StepStatus::Running)
        .map(|step| format!("`{}`: {}", step.component, step.doing))
        .collect();
    (!running.is_empty()).then(|| running.join(", "))
}

#[cfg(test)]
mod tests {
    use super::busy_with;
    use crate::model::rollout::{Stage, Step, StepStatus};

    #[test]
    fn what_runs_is_named() {
        let step = |component: &str, doing: &str, status| Step {
            component: component.to_owned(),
            stage: Stage::Build,
            doing: doing.to_owned(),
            status,
        };
        let steps = [
            step("web", "building", StepStatus::Done),
            step("migrate", "running job", StepStatus::Running),
            step("worker", "deploying", StepStatus::Running),
            step("cron", "deploying", StepStatus::Pending),
        ];
        assert_eq!(
            busy_with(&steps).as_deref(),
            Some("`migrate`: running job, `worker`: deploying")
        );
        assert_eq!(busy_with(&steps[..1]), None);
    }
}
