//! The platform's refusal of an app spec, with the place in the file that it is about.

use serde_json::Value;

use super::failure::failure_of;
use crate::platform::PlatformError;
use crate::spec::AppSpec;

/// `sent`: what was made of `spec`, and refused. Any other error stays what it is.
pub(super) fn in_its_file(error: impl Into<anyhow::Error>, spec: &AppSpec, sent: &Value) -> anyhow::Error {
    let error = error.into();
    let message = match error.downcast_ref::<PlatformError>() {
        Some(PlatformError::SpecRefused { message } | PlatformError::SourceRefused { message, .. }) => message,
        _ => return error,
    };
    let mut failure = failure_of(&error);
    if let Some(PlatformError::SpecRefused { .. }) = error.downcast_ref() {
        failure = failure.next(format!(
            "correct what the message names in `{}` (for previews also under `[preview]` in `do-deploy.toml`), then run again",
            spec.file()
        ));
    }
    spec.locate_refused(failure, message, sent).into()
}
