//! Whether a pull request gets a preview, and for which commit.

use crate::config::Preview;
use crate::flows::sentence::fill;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::pull_request::PullRequest;

/// Which commit is expected at the pull request's head.
#[derive(Clone, Debug)]
pub(crate) enum Commit {
    /// Whatever is there.
    Head,
    /// A person named it: another head is an error.
    Asked(Sha),
    /// The event named it: a newer head has a run of its own.
    Event(Sha),
    /// A maintainer's comment was about it: another head is refused.
    Commanded(Sha),
}

/// Why a pull request gets no preview, and whether its comment says so.
pub(crate) struct Skip {
    pub(crate) reason: String,
    pub(crate) in_comment: bool,
    /// No app of the pull request is there any more, so that what GitHub shows of earlier ones ends.
    pub(crate) nothing_is_left: bool,
}

impl Skip {
    /// A comment would be noise.
    pub(crate) fn quietly(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            in_comment: false,
            nothing_is_left: false,
        }
    }
}

/// What the comment on a fork's pull request says.
pub(crate) const FROM_A_FORK: &str = "the change comes from a fork, and the platform builds branches of this repository only; a maintainer who has read it can push it to a branch here";

/// One reason to make no preview. `docs/events.md` is compared with them.
pub(crate) struct Rule {
    /// Of policy, pull request, and `owner/name` of the repository.
    holds: fn(&Preview, &PullRequest, &str) -> bool,
    /// What the run says, with the facts filled in.
    pub(crate) because: &'static str,
    /// Whether the author is waiting for a preview, so that the comment says it; elsewhere a comment would be noise.
    pub(crate) in_comment: bool,
    /// Whether it stands back where a maintainer asks for this one preview.
    pub(crate) yields: bool,
}

#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    Rule { holds: |policy, _, _| !policy.enabled, in_comment: false, yields: false,
        because: "previews are switched off in `do-deploy.toml`" },
    Rule { holds: |policy, pull, _| pull.author_is_bot && !policy.bots, in_comment: false, yields: true,
        because: "`{author}` is a bot, and `[preview] bots` is not set" },
    Rule { holds: |_, pull, repository| pull.is_fork_of(repository), in_comment: true, yields: false,
        because: FROM_A_FORK },
    Rule { holds: |policy, pull, _| pull.draft && !policy.drafts, in_comment: true, yields: true,
        because: "the pull request is a draft; it gets a preview when it is ready for review" },
    Rule { holds: |policy, pull, _| lacks_label(policy, pull), in_comment: false, yields: true,
        because: "the pull request does not have the label `{label}`" },
];

fn lacks_label(policy: &Preview, pull: &PullRequest) -> bool {
    let label = policy.label.as_str();
    !label.is_empty() && !pull.labels.iter().any(|given| given.eq_ignore_ascii_case(label))
}

/// `None`: it gets one.
pub(crate) fn skip_reason(policy: &Preview, pull: &PullRequest, repository: &str, insisted: bool) -> Option<Skip> {
    let holds = |rule: &&Rule| (rule.holds)(policy, pull, repository) && !(insisted && rule.yields);
    let rule = RULES.iter().find(holds)?;
    let fact = |name: &str| match name {
        "author" => Some(pull.author.clone()),
        "label" => Some(policy.label.clone()),
        _ => None,
    };
    Some(Skip {
        reason: fill(rule.because, fact),
        in_comment: rule.in_comment,
        nothing_is_left: false,
    })
}

/// Why a command is not carried out on a head that it cannot have been about.
pub(crate) fn pushed_after(head: &Sha) -> String {
    format!(
        "`{}` was pushed after the comment was written; comment again to deploy it",
        head.short()
    )
}

/// Compares the head with what was expected. `Some`: it is not deployed by this run, and why.
pub(crate) fn unexpected_head(expected: &Commit, pull: &PullRequest) -> Result<Option<String>, Failure> {
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
