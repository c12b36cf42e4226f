//! Whether a job and a service are one build, so that the job's command can run inside the service.

use serde_json::Value;

use super::super::component::{SOURCE_KINDS, source_key, text};
use crate::platforms::source::SourceKind;
use crate::policy::shell;

/// In what a job differs from the component that it prepares for, if they are not the same build.
pub(super) fn difference(job: &Value, service: &Value) -> Option<&'static str> {
    let same = |key: &str| text(job, key).map(shell::normal) == text(service, key).map(shell::normal);
    for kind in SOURCE_KINDS {
        let (of_job, of_service) = (job.get(source_key(kind)), service.get(source_key(kind)));
        // GitHub's names know no case.
        let field = |of: Option<&Value>, name: &str| of.and_then(|it| text(it, name)).map(str::to_ascii_lowercase);
        let same_field = |name: &str| field(of_job, name) == field(of_service, name);
        let fields = [
            "repo",
            "branch",
            "repo_clone_url",
            "registry_type",
            "registry",
            "repository",
            "tag",
            "digest",
        ];
        if of_job.is_some() != of_service.is_some() || !fields.into_iter().all(same_field) {
            return Some(if kind == SourceKind::Image {
                "another image"
            } else {
                "another source"
            });
        }
    }
    if !same("dockerfile_path") {
        return Some("another Dockerfile");
    }
    let source_dir = |value| shell::normal(text(value, "source_dir").unwrap_or_default());
    // A Dockerfile sees only its `source_dir`; what it builds there is another image.
    if text(job, "dockerfile_path").is_some() && source_dir(job) != source_dir(service) {
        return Some("another folder");
    }
    let (of_job, of_service) = (text(job, "environment_slug"), text(service, "environment_slug"));
    (of_job.is_some() && of_service.is_some() && of_job != of_service).then_some("another language")
}
