//! The pull request that a run is about, as it is now.

use crate::flows::context::Ctx;
use crate::model::failure::Failure;
use crate::model::pull_request::PullRequest;

/// # Errors
/// When there is none of this number.
pub(crate) async fn pull(ctx: &Ctx, number: u64) -> anyhow::Result<PullRequest> {
    match ctx.github()?.pull(number).await {
        Err(error) if error.is_not_found() => Err(Failure::input(format!("there is no pull request {number}"))
            .next("check the number and the repository, and that the GitHub token may see it")
            .into()),
        found => Ok(found?),
    }
}
