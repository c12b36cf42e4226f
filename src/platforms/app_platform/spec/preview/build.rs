//! Whether a job and a service are one build, so that the job's command can run inside the service.

use super::super::component::Component;
use super::super::document::source;
use crate::platforms::source::SourceKind;
use crate::policy::shell;

/// In what a job differs from the component that it prepares for, if they are not the same build.
pub(super) fn difference(job: &Component<'_>, service: &Component<'_>) -> Option<&'static str> {
    for kind in source::KINDS {
        if job.source_identity(kind) != service.source_identity(kind) {
            return Some(if kind == SourceKind::Image {
                "another image"
            } else {
                "another source"
            });
        }
    }
    if job.dockerfile_path().map(shell::normal) != service.dockerfile_path().map(shell::normal) {
        return Some("another Dockerfile");
    }
    let source_dir = |it: &Component<'_>| shell::normal(it.source_dir().unwrap_or_default());
    // A Dockerfile sees only its `source_dir`; what it builds there is another image.
    if job.dockerfile_path().is_some() && source_dir(job) != source_dir(service) {
        return Some("another folder");
    }
    let (of_job, of_service) = (job.environment(), service.environment());
    (of_job.is_some() && of_service.is_some() && of_job != of_service).then_some("another language")
}
