//! What a deployment is expected to be: what is judged is held against it.

use crate::config;
use crate::flows::project::target::Target;
use crate::model::commit::Sha;
use crate::platforms::Document;
use crate::redact::TargetRedactor;
use crate::wait::Deadline;

/// What the deployment is expected to be.
pub(crate) struct Expected<'a> {
    pub(crate) target: &'a Target,
    pub(crate) commit: Option<&'a Sha>,
    /// The deployed spec: which components have a URL, where the health check is.
    pub(crate) document: &'a Document,
    pub(crate) health: &'a config::Health,
    /// Opens what the app writes.
    pub(crate) redactor: &'a TargetRedactor,
    pub(crate) deadline: Deadline,
}
