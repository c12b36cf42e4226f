//! Which of a failed deployment's logs say why it failed.

use serde_json::Value;

use super::super::document::component::{self, Kind};
use crate::model::rollout::Stage;
use crate::platforms::{LogKind, StepFailure};

/// The most relevant first. `failure`: its first one; `None`: it ended without a word about a step.
pub(super) fn telling_logs(failure: Option<&StepFailure>, spec: Option<&Value>) -> &'static [LogKind] {
    match failure.map_or(Stage::Deploy, |failure| failure.stage) {
        Stage::Build => &[LogKind::Build],
        Stage::Deploy if is_job(failure, spec) => &[LogKind::Deploy, LogKind::Run],
        Stage::Deploy => &[LogKind::Restarted, LogKind::Run, LogKind::Deploy],
    }
}

fn is_job(failure: Option<&StepFailure>, spec: Option<&Value>) -> bool {
    let name = failure.and_then(|failure| failure.component.as_deref());
    let jobs = spec.map(|spec| component::of(spec, Kind::Job)).unwrap_or_default();
    jobs.iter().any(|job| Some(job.name) == name)
}
