//! How the app spec at a pull request's head differs from the default branch's, for those who are asked to merge it.

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::project::source::Source;
use crate::flows::project::unmerged;
use crate::model::pull_request::PullRequest;
use crate::model::report::Listing;
use crate::platforms::Manifest;
use crate::platforms::plan::Allowed;

/// `None`: the pull request does not change the file, or the default branch has none. Both versions are in the
/// repository: production's live app, which is no business of a pull request's, is not read.
pub(crate) async fn difference(
    ctx: &Ctx,
    policy: &Config,
    head: &Manifest,
    allowed: &Allowed,
    pull: &PullRequest,
) -> Option<Listing> {
    let merged = allowed.by_hand.as_ref().or(allowed.production.as_ref())?;
    let difference = merged.document().difference(head.document());
    if difference.is_empty() || began_with(ctx, policy, head, pull).await {
        return None;
    }
    let title = format!("How {} differs from the one on {}", head.file(), allowed.branch);
    Some(Listing::difference(title, &difference))
}

/// Whether the file is as it was where the pull request began: the default branch has moved on since.
async fn began_with(ctx: &Ctx, policy: &Config, head: &Manifest, pull: &PullRequest) -> bool {
    let Some(began) = unmerged::began(ctx, pull).await else {
        return false;
    };
    let before = Source::at(ctx, &began)
        .await
        .manifest_if_any(policy.preview_spec())
        .await;
    before.is_ok_and(|before| before.is_some_and(|before| before.document() == head.document()))
}
