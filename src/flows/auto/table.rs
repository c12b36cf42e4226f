//! Every event and what is done about it: the first row that holds is the answer.
//!
//! The rows are what `auto` runs on, and `docs/events.md` is compared with them.

use super::event::Event;
use crate::config::Config;
use crate::flows::preview::eligibility::FROM_A_FORK;

/// One answer.
#[derive(Debug)]
pub(super) struct Row {
    /// As in `GITHUB_EVENT_NAME`; none: every event that no row before names.
    pub(super) events: &'static [&'static str],
    /// When this is the answer, for people.
    pub(super) when: &'static str,
    /// The same for the program.
    pub(super) holds: Holds,
    pub(super) then: Then,
    /// What the run says, with the facts filled in.
    pub(super) because: &'static str,
}

/// The configuration is only asked for where the answer depends on it: on GitHub it costs a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holds {
    Always,
    Payload(fn(&Event) -> bool),
    /// It depends on the pull requests whose head the event's commit is, which GitHub is asked for.
    Headed(fn(&Event) -> bool),
    Configured(fn(&Event, &Config) -> bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// What was pushed: its branch may have moved on.
    DeployPushed,
    /// What another workflow tested, and nothing else.
    DeployTested,
    Preview,
    /// Unless the pull request is open again.
    TeardownClosed,
    /// Unless the pull request gets a preview again.
    TeardownUnwanted,
    /// Whatever the pull request calls for as it is now.
    AsItIs,
    /// Says which pull requests the event is about, for the jobs that act on one each.
    Find,
    /// Says in the comment why there is no preview.
    Fork,
    Sweep,
    /// What the inputs of a dispatched run ask for.
    Asked,
    /// The command in a maintainer's comment.
    Comment,
    Nothing,
    /// An error: the workflow is wrong.
    Refuse,
}

use Holds::{Always, Configured, Headed, Payload};
use Then::{
    AsItIs, Asked, Comment, DeployPushed, DeployTested, Find, Fork, Nothing, Preview, Refuse, Sweep, TeardownClosed,
    TeardownUnwanted,
};

/// <https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows>
const PUSH: &[&str] = &["push"];
const RUN: &[&str] = &["workflow_run"];
const PULL: &[&str] = &["pull_request"];
const TARGET: &[&str] = &["pull_request_target"];
const BOTH: &[&str] = &["pull_request", "pull_request_target"];
const COMMENT: &[&str] = &["issue_comment"];

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row { events: PUSH, when: "a branch or a tag was deleted", holds: Payload(Event::is_deleted), then: Nothing,
        because: "what was pushed is a deletion, and what is deployed stays" },
    Row { events: PUSH, when: "a tag", holds: Payload(Event::is_tag), then: Nothing,
        because: "`{ref}` is a tag, and branches are what is deployed" },
    Row { events: PUSH, when: "a branch that no environment is deployed from", holds: Configured(|it, config| it.environments(config).is_empty()), then: Nothing,
        because: "`{branch}` is not deployed anywhere" },
    Row { events: PUSH, when: "`[skip deploy]` or `[deploy skip]` in the head commit's message", holds: Payload(Event::says_skip), then: Nothing,
        because: "the head commit of `{branch}` says `[skip deploy]`; the next push without it deploys everything" },
    Row { events: PUSH, when: "by Dependabot, without a token", holds: Payload(Event::lacks_secrets_for_dependabot), then: Nothing,
        because: "runs that Dependabot starts get no secrets but Dependabot's own: a maintainer can deploy {environment} with a dispatched run, or add `{token}` to the repository's Dependabot secrets" },
    Row { events: PUSH, when: "a branch that an environment is deployed from: by default `production` from the default branch", holds: Always, then: DeployPushed,
        because: "{environment} is deployed from `{branch}`" },

    Row { events: RUN, when: "requested, or in progress", holds: Payload(|it| !it.is_action(&["completed"])), then: Nothing,
        because: "the other workflow has not finished" },
    Row { events: RUN, when: "ended with anything but `success`", holds: Payload(|it| !it.run_succeeded()), then: Nothing,
        because: "the other workflow ended with `{conclusion}`" },
    Row { events: RUN, when: "of `preview-start.yml`, started by anything but `pull_request`", holds: Payload(|it| it.is_a_start() && !it.was_started_by_a_pull_request()), then: Nothing,
        because: "previews start with `pull_request`, and the other workflow was started by `{started by}`" },
    Row { events: RUN, when: "of `preview-start.yml`, on a commit that is no longer the head of a pull request", holds: Headed(|it| it.is_a_start() && it.heads_nothing()), then: Nothing,
        because: "`{commit}` is no longer the head of a pull request; a newer commit has a run of its own" },
    Row { events: RUN, when: "of `preview-start.yml`, for a fork", holds: Payload(|it| it.is_a_start() && it.run_was_for_a_fork()), then: Fork,
        because: FROM_A_FORK },
    Row { events: RUN, when: "of `preview-start.yml`, in a job that is not given `pr`", holds: Payload(|it| it.is_a_start() && it.is_to_find()), then: Find,
        because: "`{commit}` is the head of pull request {numbers}" },
    Row { events: RUN, when: "of `preview-start.yml`, and the commit is not the head of `pr` by now", holds: Headed(|it| it.is_a_start() && it.is_about_another_head()), then: Nothing,
        because: "`{commit}` is not the head of pull request {number} any more; a newer commit has a run of its own" },
    Row { events: RUN, when: "of `preview-start.yml`, and `pr` is closed: merged or not, its branch deleted or not", holds: Headed(|it| it.is_a_start() && it.is_about_a_closed_one()), then: TeardownClosed,
        because: "pull request {number} is closed" },
    Row { events: RUN, when: "of `preview-start.yml`, and `pr` is open", holds: Payload(Event::is_a_start), then: AsItIs,
        because: "`{commit}` is the head of pull request {number}" },
    Row { events: RUN, when: "ran for a fork", holds: Payload(Event::run_was_for_a_fork), then: Nothing,
        because: "the other workflow ran for a fork" },
    Row { events: RUN, when: "started by anything but `push`, `workflow_dispatch` and `schedule`", holds: Payload(|it| !it.run_was_for_a_branch()), then: Nothing,
        because: "the other workflow was started by `{started by}`, not for a branch that is deployed" },
    Row { events: RUN, when: "on a branch that no environment is deployed from", holds: Configured(|it, config| it.environments(config).is_empty()), then: Nothing,
        because: "`{branch}` is not deployed anywhere" },
    Row { events: RUN, when: "`[skip deploy]` or `[deploy skip]` in the head commit's message", holds: Payload(Event::says_skip), then: Nothing,
        because: "the head commit of `{branch}` says `[skip deploy]`; the next push without it deploys everything" },
    Row { events: RUN, when: "succeeded on a branch that an environment is deployed from", holds: Always, then: DeployTested,
        because: "the other workflow succeeded on `{branch}`, from which {environment} is deployed" },

    Row { events: TARGET, when: "every type but `closed`", holds: Payload(|it| !it.is_action(&["closed"])), then: Refuse,
        because: "`pull_request_target` runs with the repository's secrets for anyone who opens a pull request: only the type `closed` is safe, which removes a preview and reads nothing of the change; use `pull_request` for the others" },
    Row { events: BOTH, when: "from a fork, `closed`", holds: Payload(|it| it.is_from_a_fork() && it.is_action(&["closed"])), then: Nothing,
        because: "the change came from a fork, which never had a preview" },
    Row { events: PULL, when: "from a fork, every other type", holds: Payload(Event::is_from_a_fork), then: Nothing,
        because: FROM_A_FORK },
    Row { events: BOTH, when: "by Dependabot, `closed`, without a token", holds: Payload(|it| it.lacks_secrets_for_dependabot() && it.is_action(&["closed"])), then: Nothing,
        because: "runs for Dependabot's pull requests get no secrets but Dependabot's own; if there is a preview, `sweep` removes it" },
    Row { events: PULL, when: "by Dependabot, every other type, without a token", holds: Payload(Event::lacks_secrets_for_dependabot), then: Nothing,
        because: "runs for Dependabot's pull requests get no secrets but Dependabot's own: a maintainer who wants previews of them adds `{token}` to the repository's Dependabot secrets and sets `bots = true` under `[preview]`" },
    Row { events: BOTH, when: "`closed`, merged or not", holds: Payload(|it| it.is_action(&["closed"])), then: TeardownClosed,
        because: "pull request {number} was closed" },
    Row { events: PULL, when: "`opened`, `synchronize`, `reopened`, `ready_for_review`", holds: Payload(|it| it.is_action(&["opened", "synchronize", "reopened", "ready_for_review"])), then: Preview,
        because: "pull request {number}: `{type}`" },
    Row { events: PULL, when: "`labeled` with the label of `[preview] label`", holds: Configured(|it, config| it.is_action(&["labeled"]) && it.is_about_the_label(config)), then: Preview,
        because: "pull request {number} was given the label `{label}`" },
    Row { events: PULL, when: "`unlabeled`, the label of `[preview] label`", holds: Configured(|it, config| it.is_action(&["unlabeled"]) && it.is_about_the_label(config)), then: TeardownUnwanted,
        because: "the label `{label}` was taken from pull request {number}" },
    Row { events: PULL, when: "`labeled` or `unlabeled`, any other label", holds: Payload(|it| it.is_action(&["labeled", "unlabeled"])), then: Nothing,
        because: "no preview depends on the label `{label}`" },
    Row { events: PULL, when: "`converted_to_draft`, and drafts get no preview", holds: Configured(|it, config| it.is_action(&["converted_to_draft"]) && !config.preview.drafts), then: TeardownUnwanted,
        because: "pull request {number} is a draft again" },
    Row { events: PULL, when: "`converted_to_draft`, with `drafts = true`", holds: Payload(|it| it.is_action(&["converted_to_draft"])), then: Nothing,
        because: "drafts have previews here: it stays" },
    Row { events: PULL, when: "`edited`, another base branch", holds: Payload(|it| it.is_action(&["edited"]) && it.base_changed()), then: Preview,
        because: "pull request {number} has another base branch" },
    Row { events: PULL, when: "`edited`, title or description", holds: Payload(|it| it.is_action(&["edited"])), then: Nothing,
        because: "only the words of pull request {number} were edited" },
    Row { events: PULL, when: "every other type", holds: Always, then: Nothing,
        because: "no preview depends on `{type}`" },

    Row { events: &["workflow_dispatch"], when: "always", holds: Always, then: Asked,
        because: "started by hand" },
    Row { events: &["repository_dispatch"], when: "of type `do-deploy`", holds: Payload(|it| it.is_action(&["do-deploy"])), then: Asked,
        because: "started by a dispatch" },
    Row { events: &["repository_dispatch"], when: "of any other type", holds: Always, then: Nothing,
        because: "the dispatch is of type `{type}`; `do-deploy` is the one that is acted on" },
    Row { events: &["schedule"], when: "always", holds: Always, then: Sweep,
        because: "on schedule" },

    Row { events: COMMENT, when: "edited or deleted", holds: Payload(|it| !it.is_action(&["created"])), then: Nothing,
        because: "only a new comment is a command" },
    Row { events: COMMENT, when: "on an issue", holds: Payload(|it| !it.is_on_a_pull_request()), then: Nothing,
        because: "the comment is on an issue, not on a pull request" },
    Row { events: COMMENT, when: "by an account that is gone", holds: Payload(Event::has_no_author), then: Nothing,
        because: "the comment's author is unknown" },
    Row { events: COMMENT, when: "by a bot", holds: Payload(Event::is_by_a_bot), then: Nothing,
        because: "a bot wrote the comment" },
    Row { events: COMMENT, when: "its first line is not a command", holds: Payload(|it| !it.is_a_command()), then: Nothing,
        because: "the comment's first line is not a command" },
    Row { events: COMMENT, when: "a command, on a pull request", holds: Always, then: Comment,
        because: "a comment asks for it" },

    Row { events: &["delete"], when: "always", holds: Always, then: Nothing,
        because: "GitHub closes the pull requests of a branch that is deleted, and that removes their previews" },
    Row { events: &["merge_group"], when: "always", holds: Always, then: Nothing,
        because: "what a merge queue tries out is not deployed; what it merges is a push" },
    Row { events: &["deployment", "deployment_status"], when: "always", holds: Always, then: Nothing,
        because: "deployments are what do-deploy itself writes to GitHub, not what starts it" },
    Row { events: &["release"], when: "always", holds: Always, then: Nothing,
        because: "branches are deployed, releases are not; a dispatched run deploys at any time" },
    Row { events: &[], when: "always", holds: Always, then: Nothing,
        because: "do-deploy does not act on `{event}` events" },
];
