//! Whether a pull request is still as a run found it, asked before a request that was held up is sent again.

use crate::flows::context::Ctx;
use crate::flows::preview::removal_reason::RemovalReason;
use crate::model::pull_request::PullRequest;
use crate::platforms::{App, Platform, PlatformError, Result};

/// The pull request as it is now. `None`: GitHub does not say, and the run looks again at its end.
async fn now(ctx: &Ctx, pull: &PullRequest) -> Option<PullRequest> {
    ctx.github().ok()?.pull(pull.number).await.ok()
}

fn by(what: String) -> PlatformError {
    PlatformError::Overtaken { by: what }
}

/// Passes while the pull request is open at the head that the preview was planned for: the platform builds whatever is
/// at the branch's head.
pub(crate) async fn still_wanted(ctx: &Ctx, pull: &PullRequest) -> Result<()> {
    match now(ctx, pull).await {
        Some(now) if !now.open => Err(by("the pull request was closed".to_owned())),
        Some(now) if !now.head.sha.is(&pull.head.sha) => {
            Err(by(format!("the pull request moved on to `{}`", now.head.sha.short())))
        }
        _ => Ok(()),
    }
}

/// Passes while the reason for which a preview is removed holds.
pub(crate) async fn still_unwanted(
    ctx: &Ctx,
    platform: &dyn Platform,
    pull: &PullRequest,
    because: &RemovalReason,
    app: &App,
) -> Result<()> {
    if !pull.open {
        return match now(ctx, pull).await {
            Some(now) if now.open => Err(by("the pull request was opened again".to_owned())),
            _ => Ok(()),
        };
    }
    match because {
        // The removal was asked for, whatever has happened since.
        RemovalReason::Closed | RemovalReason::Asked | RemovalReason::Commanded => Ok(()),
        RemovalReason::Swept(_) => match platform.app(&app.id).await? {
            Some(now) if now.last_deployed_at != app.last_deployed_at => {
                Err(by(format!("`{}` was deployed again", app.name)))
            }
            _ => Ok(()),
        },
        RemovalReason::Unwanted(_) => match now(ctx, pull).await {
            Some(now) if now.open && (now.labels != pull.labels || now.draft != pull.draft) => {
                Err(by("the pull request was changed".to_owned()))
            }
            _ => Ok(()),
        },
    }
}
