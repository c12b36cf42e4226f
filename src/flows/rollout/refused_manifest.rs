//! The platform's refusal of an app spec, with the place in the file that it is about.

use crate::flows::context::Ctx;
use crate::flows::failure::failure_of;
use crate::platforms::{Document, Manifest, PlatformError};

/// `sent`: what was made of `spec`, and refused. Any other error stays what it is.
pub(crate) fn in_its_file(
    ctx: &Ctx,
    error: impl Into<anyhow::Error>,
    manifest: &Manifest,
    sent: &Document,
) -> anyhow::Error {
    let error = error.into();
    let message = match error.downcast_ref::<PlatformError>() {
        Some(PlatformError::SpecRefused { message, .. } | PlatformError::SourceRefused { message, .. }) => message,
        _ => return error,
    };
    let mut failure = failure_of(&error);
    if let Some(PlatformError::SpecRefused { .. }) = error.downcast_ref() {
        failure = failure.next(format!(
            "correct what the message names in `{}` (for previews also under `[preview]` in `do-deploy.toml`), then run again",
            manifest.file()
        ));
    }
    let manifests = ctx.clouds.of(manifest).manifests;
    manifests.locate_refused(manifest, failure, message, sent).into()
}
