//! What the comment says while a deployment is under way: what the platform does, since when, how long it usually takes.

use std::time::Duration;

use tokio::sync::watch;

use super::Reporter;
use super::conversation::Missing;
use crate::model::rollout::{Step, StepStatus};
use crate::redact::strip::strip;

/// A step that is over sooner is not written down: every edit costs GitHub requests, of which a repository has few.
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
const WORTH_WRITING: Duration = Duration::from_secs(20);

impl Reporter {
    /// Writes each step that lasts into the comment, until the sender is gone. That one cannot be written changes nothing.
    pub(crate) async fn write_steps(&mut self, mut steps: watch::Receiver<Option<String>>) {
        while steps.changed().await.is_ok() {
            loop {
                tokio::select! {
                    changed = steps.changed() => match changed {
                        Ok(()) => {}
                        Err(_) => return,
                    },
                    slept = self.deps.wait.sleep(WORTH_WRITING) => match slept {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                }
            }
            let step = steps.borrow_and_update().clone();
            if self.conversation.is_none() || self.reports.len() != 1 || self.reports[0].underway.step == step {
                continue;
            }
            let words = step.map(|step| self.deps.redactor.clean(&strip(&step)));
            self.reports[0].underway.step = words;
            self.updated = self.deps.github.as_ref().map(crate::github::GitHub::now);
            // The next words say it all.
            let _ = self.try_to_write_comment(Missing::Leave, None).await;
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
