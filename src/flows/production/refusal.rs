//! A line on the merged pull request whose commit production refused: its author expects to see it deployed.

use crate::flows::context::Ctx;
use crate::flows::failure::failure_of;
use crate::flows::project::revision::Commit;
use crate::flows::project::source::Source;
use crate::model::environment::Environment;
use crate::net::error::ApiError;
use crate::report::Reporter;

/// Says on the comment of the pull request that the commit came from why nothing was deployed. Never fails: what cannot
/// be said is a warning.
pub(crate) async fn tell(ctx: &Ctx, commit: &Commit, environment: &Environment, error: &anyhow::Error) {
    let (Commit::Pushed(commit) | Commit::Tested(commit)) = commit else {
        return;
    };
    let Ok(github) = ctx.github() else { return };
    if !environment.is_production() {
        return;
    }
    let writing = async {
        let repository = github.repository().await?;
        let source = Source::of_branch(ctx, &repository.default_branch).await;
        // The configuration may be what is wrong: the defaults decide then whether there is a comment.
        let config = source.config().await.unwrap_or_default();
        let branch = config.production.branch_or(&repository.default_branch);
        let Some(pull) = github.merged_pull_of(commit, branch).await? else {
            return Ok(());
        };
        let deps = ctx.reporter(&config, &repository);
        Reporter::tell_merged_of_refusal(deps, &failure_of(error), pull.number).await;
        Ok::<(), ApiError>(())
    };
    if let Err(error) = writing.await {
        ctx.console
            .warn(&format!("The merged pull request could not be found: {error}"));
    }
}
