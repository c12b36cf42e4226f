//! What applies to a preview: its base branch's policy, with the shape that the pull request's commit gives it.

use super::context::Ctx;
use super::source::Source;
use crate::config::Config;
use crate::model::pull_request::PullRequest;

/// What a pull request says of policy, in words; it counts after the merge.
pub(super) type Unmerged = Option<String>;

/// `source`: the pull request's head.
pub(super) async fn of_preview(
    ctx: &Ctx,
    policy: &Config,
    pull: &PullRequest,
    source: &Source<'_>,
) -> anyhow::Result<(Config, Unmerged)> {
    let commit = source.config().await?;
    let mut keys = policy.other_policy(&commit);
    if !keys.is_empty()
        && let Some(before) = before(ctx, pull).await
    {
        // The rest is what the base branch has changed since.
        let changed = before.other_policy(&commit);
        keys.retain(|key| changed.contains(key));
    }
    Ok((policy.shaped_by(&commit), unmerged(&keys, &pull.base_branch)))
}

/// The configuration of the commit that the pull request began at. `None`: it is not known, or does not parse.
async fn before(ctx: &Ctx, pull: &PullRequest) -> Option<Config> {
    let comparison = ctx.github.as_ref()?.compare(&pull.base_branch, pull.head.sha.as_str());
    let began = comparison.await.ok()??.merge_base()?;
    Source::at(ctx, &began).await.config().await.ok()
}

fn unmerged(keys: &[String], base: &str) -> Unmerged {
    let named: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let (last, others) = named.split_last()?;
    Some(match others {
        [] => format!("{last} in `do-deploy.toml` takes effect after the merge: until then `{base}` decides it"),
        others => format!(
            "{} and {last} in `do-deploy.toml` take effect after the merge: until then `{base}` decides them",
            others.join(", ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::unmerged;

    #[test]
    fn what_is_not_merged_yet_is_listed() {
        let keys = ["[preview] limit", "spec", "[preview.env] KEY"].map(str::to_owned);
        assert_eq!(unmerged(&keys[..0], "main"), None);
        insta::assert_snapshot!(unmerged(&keys[..1], "main").unwrap(), @"`[preview] limit` in `do-deploy.toml` takes effect after the merge: until then `main` decides it");
        insta::assert_snapshot!(unmerged(&keys, "main").unwrap(), @"`[preview] limit`, `spec` and `[preview.env] KEY` in `do-deploy.toml` take effect after the merge: until then `main` decides them");
    }
}
