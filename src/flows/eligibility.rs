//! Whether a pull request gets a preview, and for which commit.

use super::context::Ctx;
use crate::config::{Config, Preview};
use crate::github::repository::Repository;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::pull_request::PullRequest;
use crate::platform::App;

/// Which commit is expected at the pull request's head.
#[derive(Clone, Debug)]
pub(crate) enum Commit {
    /// Whatever is there.
    Head,
    /// A person named it: another head is an error.
    Asked(Sha),
    /// The event named it: a newer head has a run of its own.
    Event(Sha),
    /// A maintainer's comment was about it: no draft, label or bot stands in its way, and another head is refused.
    Commanded(Sha),
}

/// Why a pull request gets no preview, and whether its comment says so.
pub(super) struct Skip {
    pub(super) reason: String,
    pub(super) tell: bool,
}

impl Skip {
    /// The author is waiting for a preview: the comment explains.
    fn told(reason: impl Into<String>) -> Option<Self> {
        Some(Self {
            reason: reason.into(),
            tell: true,
        })
    }

    /// Nobody expects one: a comment would be noise.
    fn silent(reason: impl Into<String>) -> Option<Self> {
        Some(Self {
            reason: reason.into(),
            tell: false,
        })
    }
}

/// `None`: it gets one.
pub(super) fn skip_reason(policy: &Preview, pull: &PullRequest, repository: &str, expected: &Commit) -> Option<Skip> {
    let commanded = matches!(expected, Commit::Commanded(_));
    if !policy.enabled {
        return Skip::silent("previews are switched off in `do-deploy.toml`");
    }
    if pull.author_is_bot && !policy.bots && !commanded {
        return Skip::silent(format!("`{}` is a bot, and `[preview] bots` is not set", pull.author));
    }
    if pull.is_fork_of(repository) {
        return Skip::told(
            "the change comes from a fork, and the platform builds branches of this repository only; a maintainer who has read it can push it to a branch here",
        );
    }
    if pull.draft && !policy.drafts && !commanded {
        return Skip::told("the pull request is a draft; it gets a preview when it is ready for review");
    }
    let label = policy.label.as_str();
    if !label.is_empty() && !commanded && !pull.labels.iter().any(|given| given.eq_ignore_ascii_case(label)) {
        return Skip::silent(format!("the pull request does not have the label `{label}`"));
    }
    None
}

/// `[preview] limit`: how many previews of this repository there may be at once.
pub(super) async fn over_the_limit(
    ctx: &Ctx,
    config: &Config,
    repository: &Repository,
) -> anyhow::Result<Option<String>> {
    let apps = ctx.platform()?.list().await?;
    let is_ours = |app: &&App| {
        app.marks
            .as_ref()
            .is_some_and(|marks| marks.repository == repository.id && marks.environment.pull_request().is_some())
    };
    let (count, limit) = (apps.iter().filter(is_ours).count(), config.preview.limit);
    let reached = u32::try_from(count).unwrap_or(u32::MAX) >= limit;
    Ok(reached.then(|| format!("there are {count} previews already, and `[preview] limit` is {limit}; close a pull request or raise the limit")))
}

/// Why a command is not carried out on a head that it cannot have been about.
pub(super) fn pushed_after(head: &Sha) -> String {
    format!(
        "`{}` was pushed after the comment was written; comment again to deploy it",
        head.short()
    )
}

/// Compares the head with what was expected. `Some`: it is not deployed by this run, and why.
pub(super) fn unexpected_head(expected: &Commit, pull: &PullRequest) -> Result<Option<String>, Failure> {
    let head = &pull.head.sha;
    match expected {
        Commit::Asked(sha) if !head.is(sha) => Err(Failure::input(format!(
            "the head of pull request {} is `{}`, not `{}`",
            pull.number,
            head.short(),
            sha.short()
        ))
        .why("the platform builds the head of the branch")
        .next("leave `--commit` out to deploy the head")),
        Commit::Event(sha) if !head.is(sha) => Ok(Some(format!(
            "superseded: `{}` has been pushed, which has a run of its own",
            head.short()
        ))),
        Commit::Commanded(sha) if !head.is(sha) => Ok(Some(pushed_after(head))),
        _ => Ok(None),
    }
}
