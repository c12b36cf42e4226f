//! Whether an event's run has anything left to deploy: its commit may serve already, or a newer one may.
//!
//! Runs wait: for their turn in the concurrency group, or for a person's approval. Meanwhile another run may have
//! deployed the branch's head. A person who asks for the same commit again, by hand or by a re-run, gets it.

use crate::flows::context::Ctx;
use crate::flows::project::app_revision::AppRevision;
use crate::flows::project::ownership;
use crate::flows::project::revision::Commit;
use crate::github::GitHub;
use crate::github::repository::Comparison;
use crate::model::commit::Sha;
use crate::net::error::ApiError;
use crate::platforms::App;

/// Why the run has nothing to deploy. `None`: it deploys.
pub(crate) async fn reason(ctx: &Ctx, revision: &AppRevision, expected: &Commit) -> anyhow::Result<Option<String>> {
    let (Commit::Pushed(commit) | Commit::Tested(commit)) = expected else {
        return Ok(None);
    };
    if ctx.run.was_started_again() {
        return Ok(None);
    }
    let is_ours = |app: &&App| revision.target.is_marked(app);
    let ours = revision.app.as_ref().filter(is_ours);
    let Some(serving) = ours.and_then(|app| ownership::serving(ctx, app)) else {
        return Ok(None);
    };
    match of_commit(ctx.github()?, revision, commit, &serving).await {
        Ok(reason) => Ok(reason),
        // Deploying the same once more does no harm; not to deploy what was pushed does.
        Err(error) => {
            ctx.wait.check()?;
            ctx.console.say(&format!(
                "Could not read whether there is anything left to deploy: {error}"
            ));
            Ok(None)
        }
    }
}

async fn of_commit(
    github: &GitHub,
    revision: &AppRevision,
    commit: &Sha,
    serving: &Sha,
) -> Result<Option<String>, ApiError> {
    let head = &revision.head;
    let reason = if serving.is(commit) {
        format!(
            "`{}` serves already; `do-deploy redeploy{}` deploys it again",
            commit.short(),
            revision
                .target
                .app
                .names
                .key
                .as_ref()
                .map(|key| format!(" --app {key}"))
                .unwrap_or_default()
        )
    } else if !head.is(commit)
        && contains(github, serving, commit).await?
        // After a branch was set back, what serves may contain the commit and not be on the branch any more.
        && (head.is(serving) || contains(github, head, serving).await?)
    {
        format!("`{}` is behind `{}`, which serves", commit.short(), serving.short())
    } else {
        return Ok(None);
    };
    // One that was found bad and left in service, and one whose run was killed, are deployed and checked again.
    let proven = github
        .last_deployment_succeeded(revision.target.environment.on_github(), revision.manifest.name())
        .await?;
    Ok(proven.then_some(reason))
}

/// Whether `newer` descends from `older`.
pub(crate) async fn contains(github: &GitHub, newer: &Sha, older: &Sha) -> Result<bool, ApiError> {
    let comparison = github.compare(older.as_str(), newer.as_str()).await?;
    Ok(comparison.is_some_and(|comparison| Comparison::head_contains_base(&comparison)))
}
