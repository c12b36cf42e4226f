//! What a pull request's `do-deploy.toml` says of policy: it is named, and counts after the merge.

use super::context::Ctx;
use super::source::Source;
use crate::config::Config;
use crate::model::pull_request::PullRequest;

/// `commit`: what the file says at the pull request's head. `None`: nothing that the base branch does not say.
pub(super) async fn unmerged(ctx: &Ctx, policy: &Config, commit: &Config, pull: &PullRequest) -> Option<String> {
    let mut keys = policy.other_policy(commit);
    if !keys.is_empty()
        && let Some(before) = before(ctx, pull).await
    {
        // The rest is what the base branch has changed since.
        let changed = before.other_policy(commit);
        keys.retain(|key| changed.contains(key));
    }
    words(&keys, &pull.base_branch)
}

/// The configuration of the commit that the pull request began at. `None`: it is not known, or does not parse.
async fn before(ctx: &Ctx, pull: &PullRequest) -> Option<Config> {
    let comparison = ctx.github.as_ref()?.compare(&pull.base_branch, pull.head.sha.as_str());
    let began = comparison.await.ok()??.merge_base()?;
    Source::at(ctx, &began).await.config().await.ok()
}

fn words(keys: &[String], base: &str) -> Option<String> {
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
    use super::words;

    #[test]
    fn what_is_not_merged_yet_is_listed() {
        let keys = ["[preview] limit", "spec", "[preview.env] KEY"].map(str::to_owned);
        assert_eq!(words(&keys[..0], "main"), None);
        insta::assert_snapshot!(words(&keys[..1], "main").unwrap(), @"`[preview] limit` in `do-deploy.toml` takes effect after the merge: until then `main` decides it");
        insta::assert_snapshot!(words(&keys, "main").unwrap(), @"`[preview] limit`, `spec` and `[preview.env] KEY` in `do-deploy.toml` take effect after the merge: until then `main` decides them");
    }
}
