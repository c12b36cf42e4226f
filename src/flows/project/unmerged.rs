//! What other branches than the default branch say of policy in `do-deploy.toml`: it is named, and not followed.

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::project::source::Source;
use crate::model::commit::Sha;
use crate::model::pull_request::PullRequest;

/// What the pull request itself wants to change. `commit`: what the file says at its head. `None`: nothing.
pub(crate) async fn unmerged(
    ctx: &Ctx,
    policy: &Config,
    commit: &Config,
    pull: &PullRequest,
    default: &str,
) -> Option<String> {
    let mut keys = policy.other_policy(commit);
    if !keys.is_empty()
        && let Some(before) = before(ctx, pull).await
    {
        // The rest is what the base branch has, or what it has changed since.
        let changed = before.other_policy(commit);
        keys.retain(|key| changed.contains(key));
    }
    unmerged_words(&keys, &pull.base_branch, default)
}

/// The configuration of the commit that the pull request began at. `None`: it is not known, or does not parse.
async fn before(ctx: &Ctx, pull: &PullRequest) -> Option<Config> {
    Source::at(ctx, &began(ctx, pull).await?).await.config().await.ok()
}

/// The commit of the base that the pull request began at. `None`: it is not known.
pub(crate) async fn began(ctx: &Ctx, pull: &PullRequest) -> Option<Sha> {
    let comparison = ctx.github.as_ref()?.compare(&pull.base_branch, pull.head.sha.as_str());
    comparison.await.ok()??.merge_base()
}

/// Where the pull request's base is not the default branch and says other things than that: what does not count, so
/// that a team whose staging branch had a policy of its own sees it. `None`: nothing, or the file cannot be read.
pub(crate) async fn base_differs(ctx: &Ctx, policy: &Config, pull: &PullRequest, default: &str) -> Option<String> {
    if pull.base_branch == default {
        return None;
    }
    let base = Source::of_branch(ctx, &pull.base_branch).await.config().await.ok()?;
    let mut keys = policy.other_policy(&base);
    // A variable that only the default branch allows is a difference, too.
    let more = base.other_policy(policy);
    keys.extend(more.into_iter().filter(|key| !policy.other_policy(&base).contains(key)));
    differing_words(&keys, &pull.base_branch, default)
}

/// What the file of a branch that an environment is deployed from says of policy otherwise than the default branch's.
pub(crate) fn branch_differs(policy: &Config, of_branch: &Config, branch: &str, default: &str) -> Option<String> {
    let (named, is_one) = named(&policy.other_policy(of_branch))?;
    let (is, it) = if is_one { ("is", "it") } else { ("are", "them") };
    Some(format!(
        "{named} in `do-deploy.toml` {is} not the same on `{branch}` and on `{default}`: `{default}` decides {it}"
    ))
}

/// What the file of a branch that no environment is deployed from says of itself: that some are. `None`: nothing.
pub(crate) fn branch_claims(environments: &[String], branch: &str, default: &str) -> Option<String> {
    let (named, is_one) = named(environments)?;
    let is = if is_one { "is" } else { "are" };
    Some(format!(
        "Its own `do-deploy.toml` says that {named} {is} deployed from `{branch}`: that counts on `{default}` alone"
    ))
}

fn unmerged_words(keys: &[String], base: &str, default: &str) -> Option<String> {
    let into = match base == default {
        true => String::new(),
        false => format!(" into `{default}`"),
    };
    let (named, is_one) = named(keys)?;
    Some(if is_one {
        format!("{named} in `do-deploy.toml` takes effect after the merge{into}: until then `{default}` decides it")
    } else {
        format!("{named} in `do-deploy.toml` take effect after the merge{into}: until then `{default}` decides them")
    })
}

fn differing_words(keys: &[String], base: &str, default: &str) -> Option<String> {
    let (named, is_one) = named(keys)?;
    Some(if is_one {
        format!(
            "{named} in `do-deploy.toml` is not the same on `{base}` and on `{default}`: `{default}` decides it, also for pull requests into `{base}`"
        )
    } else {
        format!(
            "{named} in `do-deploy.toml` are not the same on `{base}` and on `{default}`: `{default}` decides them, also for pull requests into `{base}`"
        )
    })
}

/// `` `a`, `b` and `c` ``, and whether it is one.
fn named(keys: &[String]) -> Option<(String, bool)> {
    let named: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let (last, others) = named.split_last()?;
    Some(match others {
        [] => (last.clone(), true),
        others => (format!("{} and {last}", others.join(", ")), false),
    })
}

#[cfg(test)]
mod tests {
    use super::{differing_words, unmerged_words};

    #[test]
    fn what_is_not_merged_yet_is_listed() {
        let keys = ["[preview] limit", "spec", "[preview.env] KEY"].map(str::to_owned);
        assert_eq!(unmerged_words(&keys[..0], "main", "main"), None);
        insta::assert_snapshot!(unmerged_words(&keys[..1], "main", "main").unwrap(), @"`[preview] limit` in `do-deploy.toml` takes effect after the merge: until then `main` decides it");
        insta::assert_snapshot!(unmerged_words(&keys, "main", "main").unwrap(), @"`[preview] limit`, `spec` and `[preview.env] KEY` in `do-deploy.toml` take effect after the merge: until then `main` decides them");
        insta::assert_snapshot!(unmerged_words(&keys[..1], "staging", "main").unwrap(), @"`[preview] limit` in `do-deploy.toml` takes effect after the merge into `main`: until then `main` decides it");
    }

    #[test]
    fn what_a_staging_branch_says_otherwise_is_listed() {
        let keys = ["[preview] limit", "spec"].map(str::to_owned);
        assert_eq!(differing_words(&keys[..0], "staging", "main"), None);
        insta::assert_snapshot!(differing_words(&keys[..1], "staging", "main").unwrap(), @"`[preview] limit` in `do-deploy.toml` is not the same on `staging` and on `main`: `main` decides it, also for pull requests into `staging`");
        insta::assert_snapshot!(differing_words(&keys, "staging", "main").unwrap(), @"`[preview] limit` and `spec` in `do-deploy.toml` are not the same on `staging` and on `main`: `main` decides them, also for pull requests into `staging`");
    }
}
