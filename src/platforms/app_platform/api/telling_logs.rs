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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::telling_logs;
    use crate::model::rollout::Stage;
    use crate::platforms::LogKind::{self, Build, Deploy, Restarted, Run};
    use crate::platforms::StepFailure;
    use crate::redact::Untrusted;

    #[test]
    fn what_crashed_instances_wrote_says_more_than_what_runs_now_and_a_job_has_no_instances() {
        let spec = json!({"services": [{"name": "web"}], "jobs": [{"name": "migrate"}]});
        for (component, stage, logs) in [
            ("web", Stage::Build, &[Build] as &[LogKind]),
            ("migrate", Stage::Build, &[Build]),
            ("web", Stage::Deploy, &[Restarted, Run, Deploy]),
            ("migrate", Stage::Deploy, &[Deploy, Run]),
        ] {
            let failure = StepFailure {
                component: Some(component.to_owned()),
                stage,
                code: String::new(),
                message: Untrusted::new(""),
                diagnosis: None,
            };
            assert_eq!(telling_logs(Some(&failure), Some(&spec)), logs, "{component}");
        }
        assert_eq!(telling_logs(None, Some(&spec)), [Restarted, Run, Deploy]);
    }
}
