//! Flattens App Platform's tree of steps into lines that a log can show, and collects what failed in it.

use super::reasons::explain;
use super::wire;
use crate::model::rollout::{Stage, Step, StepStatus};
use crate::platforms::StepFailure;
use crate::redact::Untrusted;

/// The steps of components, in the tree's order. Steps of the deployment as a whole are no news.
pub(super) fn steps(progress: &wire::Progress) -> Vec<Step> {
    let mut found = Vec::new();
    for root in &progress.steps {
        collect_steps(root, stage_of(root), &mut found);
    }
    found
}

/// The steps that ended in an error, the deepest of every branch: a step above repeats the reason of the one below.
pub(super) fn failures(progress: &wire::Progress) -> Vec<StepFailure> {
    let mut found: Vec<StepFailure> = Vec::new();
    for root in &progress.steps {
        collect_failures(root, stage_of(root), None, &mut found);
    }
    found.dedup();
    found
}

fn stage_of(root: &wire::Step) -> Stage {
    if root.name == "build" {
        Stage::Build
    } else {
        Stage::Deploy
    }
}

fn collect_steps(step: &wire::Step, stage: Stage, found: &mut Vec<Step>) {
    if step.steps.is_empty() && !step.component_name.is_empty() {
        found.push(Step {
            component: step.component_name.clone(),
            stage,
            doing: doing(step, stage),
            status: match step.status.as_str() {
                "RUNNING" => StepStatus::Running,
                "SUCCESS" => StepStatus::Done,
                "ERROR" => StepStatus::Failed,
                _ => StepStatus::Pending,
            },
        });
    }
    for child in &step.steps {
        collect_steps(child, stage, found);
    }
}

/// `Building service` as it reads after a component's name: `building service`.
fn doing(step: &wire::Step, stage: Stage) -> String {
    let mut letters = step.message_base.trim().chars();
    match (letters.next(), stage) {
        (Some(first), _) => first.to_lowercase().chain(letters).collect(),
        (None, Stage::Build) => "building".to_owned(),
        (None, Stage::Deploy) => "deploying".to_owned(),
    }
}

fn collect_failures(step: &wire::Step, stage: Stage, component: Option<&str>, found: &mut Vec<StepFailure>) {
    let component = Some(step.component_name.as_str())
        .filter(|name| !name.is_empty())
        .or(component);
    let before = found.len();
    for child in &step.steps {
        collect_failures(child, stage, component, found);
    }
    if step.status != "ERROR" || found.len() > before {
        return;
    }
    let (code, message) = step
        .reason
        .as_ref()
        .map(|reason| (reason.code.clone(), reason.message.clone()))
        .unwrap_or_default();
    found.push(StepFailure {
        component: component.map(str::to_owned),
        stage,
        diagnosis: explain(&code, &message),
        code,
        message: Untrusted::new(message),
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{failures, steps};
    use crate::model::rollout::{Stage, StepStatus};
    use crate::platforms::app_platform::api::wire::Progress;

    fn failed_start() -> Progress {
        let reason = json!({"code": "DeployContainerExitNonZero", "message": "container exited with exit code 3"});
        serde_json::from_value(json!({"total_steps": 5, "success_steps": 4, "error_steps": 1, "steps": [
            {"name": "build", "status": "SUCCESS", "steps": [
                {"name": "initialize", "status": "SUCCESS"},
                {"name": "components", "status": "SUCCESS", "steps": [
                    {"name": "api", "status": "SUCCESS", "component_name": "api", "message_base": "Building service",
                     "reason": {"code": "PreviousBuildReused", "message": "nothing changed"}}]}]},
            {"name": "deploy", "status": "ERROR", "reason": reason.clone(), "steps": [
                {"name": "initialize", "status": "SUCCESS"},
                {"name": "components", "status": "ERROR", "reason": reason.clone(), "steps": [
                    {"name": "api", "status": "ERROR", "component_name": "api", "steps": [
                        {"name": "deploy", "status": "SUCCESS", "component_name": "api", "message_base": "Deploying service"},
                        {"name": "wait", "status": "ERROR", "component_name": "api", "message_base": "Waiting for service",
                         "reason": reason}]}]},
                {"name": "finalize", "status": "PENDING"}]}]}))
        .expect("the shape of App Platform's progress")
    }

    #[test]
    fn a_failure_is_reported_once_and_only_of_a_failed_step() {
        let failures = failures(&failed_start());
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0].component.as_deref(), Some("api"));
        assert_eq!(failures[0].stage, Stage::Deploy);
        assert_eq!(failures[0].code, "DeployContainerExitNonZero");
    }

    #[test]
    fn a_failed_step_without_reason_is_reported_too() {
        let progress: Progress = serde_json::from_value(json!({"steps": [{"name": "build", "status": "ERROR"}]}))
            .expect("the shape of App Platform's progress");
        assert_eq!(failures(&progress)[0].stage, Stage::Build);
        assert_eq!(failures(&progress)[0].component, None);
    }

    #[test]
    fn steps_read_like_a_log() {
        let steps = steps(&failed_start());
        let read: Vec<_> = steps
            .iter()
            .map(|step| format!("{}: {}", step.component, step.doing))
            .collect();
        assert_eq!(
            read,
            [
                "api: building service",
                "api: deploying service",
                "api: waiting for service"
            ]
        );
        assert_eq!(steps[2].status, StepStatus::Failed);
    }
}
