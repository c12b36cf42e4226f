//! The event that started the run: what its payload says, by name.

use serde_json::Value;

use crate::config::Config;
use crate::flows::comment;
use crate::flows::project::revision;
use crate::flows::sentence::quoted;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::pull_request::PullRequest;

/// Its runs get no secrets but those that a repository gives to Dependabot.
/// <https://docs.github.com/en/code-security/dependabot/troubleshooting-dependabot/troubleshooting-dependabot-on-github-actions>
const DEPENDABOT: &str = "dependabot[bot]";

/// What a fact of a payload has to be; of anything else no decision is guessed.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Commit,
}
use Kind::{Commit, Number, Text};

/// What GitHub sends with every event of this name, and what nothing can be decided without.
const REQUIRED: &[(&str, &[(&str, Kind)])] = &[
    (
        "push",
        &[("/ref", Text), ("/after", Commit), ("/repository/default_branch", Text)],
    ),
    ("pull_request", PULL_REQUEST),
    ("pull_request_target", PULL_REQUEST),
    (
        "workflow_run",
        &[
            ("/action", Text),
            ("/workflow_run/head_sha", Commit),
            ("/workflow_run/event", Text),
            ("/repository/default_branch", Text),
        ],
    ),
    (
        "issue_comment",
        &[("/action", Text), ("/issue/number", Number), ("/comment/id", Number)],
    ),
];
const PULL_REQUEST: &[(&str, Kind)] = &[
    ("/action", Text),
    ("/pull_request/number", Number),
    ("/pull_request/head/sha", Commit),
];

impl Kind {
    /// # Errors
    /// What the value should have been.
    fn check(self, value: &Value) -> Result<(), &'static str> {
        match self {
            Self::Text if value.as_str().is_some_and(|text| !text.is_empty()) => Ok(()),
            Self::Text => Err("not a non-empty string"),
            Self::Number if value.as_u64().is_some_and(|number| number > 0) => Ok(()),
            Self::Number => Err("not a whole number above 0"),
            Self::Commit if value.as_str().is_some_and(is_sha) => Ok(()),
            Self::Commit => Err("not a commit SHA"),
        }
    }
}

/// Up to the 64 digits of a SHA-256: what a repository has, not what a person writes.
fn is_sha(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit())
}

const NEXT: &str = "check that `GITHUB_EVENT_PATH` is the payload of the event that `GITHUB_EVENT_NAME` names";

fn lacks(event: &str, pointer: &str) -> Failure {
    Failure::input(format!("the payload of `{event}` lacks `{}`", key(pointer))).next(NEXT)
}

fn makes_no_sense(event: &str, pointer: &str, what: &str) -> Failure {
    Failure::input(format!("the payload of `{event}` makes no sense"))
        .why(format!("`{}` is {what}", key(pointer)))
        .next(NEXT)
}

/// As people write the way into an object.
fn key(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// What is known beside the payload of the workflow that starts isolated previews.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    /// The pull request that this job is about, by `--pr`: one job finds them, and one for each acts.
    pub(super) about: Option<u64>,
    /// The pull requests whose head is the run's commit, from its repository, as they are now. `None`: not asked yet.
    pub(super) heads: Option<Vec<PullRequest>>,
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) name: String,
    payload: Value,
    /// Whether the run was given a token of the platform.
    has_token: bool,
    /// The variable that holds it.
    token: &'static str,
    pub(super) start: Start,
}

impl Event {
    /// # Errors
    /// A payload that lacks what GitHub always sends, or has something else in its place.
    pub(super) fn new(name: &str, payload: Value, has_token: bool, token: &'static str) -> Result<Self, Failure> {
        let required = REQUIRED.iter().find(|(event, _)| *event == name);
        for (pointer, kind) in required.map_or(&[][..], |(_, facts)| facts) {
            let value = payload.pointer(pointer).filter(|value| !value.is_null());
            let value = value.ok_or_else(|| lacks(name, pointer))?;
            kind.check(value).map_err(|what| makes_no_sense(name, pointer, what))?;
        }
        Ok(Self {
            name: name.to_owned(),
            payload,
            has_token,
            token,
            start: Start::default(),
        })
    }

    /// `repository`: the one that the run is about. A `schedule` may not say where it is from.
    ///
    /// # Errors
    /// When it happened in another repository: nothing in it would mean the same here.
    pub(super) fn must_be_of(&self, repository: Option<&str>) -> Result<(), Failure> {
        let theirs = self.text("/repository/full_name");
        match repository {
            Some(ours) if !theirs.is_empty() && !theirs.eq_ignore_ascii_case(ours) => {
                let theirs = quoted(theirs);
                Err(
                    Failure::input(format!("the event is of `{theirs}`, and the run is about `{ours}`"))
                        .next("give the payload of the run's own event, or correct `GITHUB_REPOSITORY`"),
                )
            }
            _ => Ok(()),
        }
    }

    /// Empty where there is none.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.payload.pointer(pointer).and_then(Value::as_str).unwrap_or("")
    }

    fn some(&self, pointer: &str) -> Option<&Value> {
        self.payload.pointer(pointer).filter(|value| !value.is_null())
    }

    pub(super) fn is_action(&self, actions: &[&str]) -> bool {
        actions.contains(&self.text("/action"))
    }

    pub(super) fn default_branch(&self) -> &str {
        Some(self.text("/repository/default_branch"))
            .filter(|branch| !branch.is_empty())
            .unwrap_or("main")
    }

    // A push, and the other workflow's run

    pub(super) fn is_tag(&self) -> bool {
        self.text("/ref").starts_with("refs/tags/")
    }

    /// `None`: neither a push to a branch nor a run on one.
    pub(super) fn branch(&self) -> Option<&str> {
        match self.name.as_str() {
            "push" => self.text("/ref").strip_prefix("refs/heads/"),
            _ => Some(self.text("/workflow_run/head_branch")).filter(|branch| !branch.is_empty()),
        }
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.some("/deleted") == Some(&Value::Bool(true))
    }

    pub(super) fn says_skip(&self) -> bool {
        let message = match self.name.as_str() {
            "push" => self.text("/head_commit/message"),
            _ => self.text("/workflow_run/head_commit/message"),
        };
        revision::says_skip(message)
    }

    pub(super) fn commit(&self) -> Sha {
        Sha::new(match self.name.as_str() {
            "push" => self.text("/after"),
            _ => self.text("/workflow_run/head_sha"),
        })
    }

    pub(super) fn run_succeeded(&self) -> bool {
        self.text("/workflow_run/conclusion") == "success"
    }

    pub(super) fn run_was_for_a_fork(&self) -> bool {
        self.some("/workflow_run/head_repository/id") != self.some("/repository/id")
    }

    pub(super) fn run_was_for_a_branch(&self) -> bool {
        ["push", "workflow_dispatch", "schedule"].contains(&self.text("/workflow_run/event"))
    }

    // A pull request

    pub(super) fn pull_request(&self) -> Option<u64> {
        let named = || self.some("/pull_request/number")?.as_u64();
        self.start.about.or_else(named)
    }

    /// # Errors
    /// When the event is about none.
    pub(super) fn numbered(&self) -> Result<u64, Failure> {
        self.pull_request()
            .ok_or_else(|| lacks(&self.name, "/pull_request/number"))
    }

    pub(super) fn head(&self) -> Sha {
        match self.name.as_str() {
            "workflow_run" => self.commit(),
            _ => Sha::new(self.text("/pull_request/head/sha")),
        }
    }

    /// A fork that has been deleted is `null`.
    pub(super) fn is_from_a_fork(&self) -> bool {
        let head = self.some("/pull_request/head/repo/id");
        head.is_none() || head != self.some("/pull_request/base/repo/id")
    }

    /// Whether Dependabot is why this run has no token: who wrote the pull request, or who pushed. Never who started
    /// the run, because a person who runs it again gets no secrets either.
    pub(super) fn lacks_secrets_for_dependabot(&self) -> bool {
        let author = match self.name.as_str() {
            "push" => "/sender/login",
            _ => "/pull_request/user/login",
        };
        !self.has_token && (self.text(author) == DEPENDABOT || self.text("/pusher/name") == DEPENDABOT)
    }

    /// Whether the label that was given or taken is the one that previews want.
    pub(super) fn is_about_the_label(&self, config: &Config) -> bool {
        let wanted = config.preview.label.as_str();
        !wanted.is_empty() && self.text("/label/name").eq_ignore_ascii_case(wanted)
    }

    pub(super) fn base_changed(&self) -> bool {
        self.some("/changes/base").is_some()
    }

    // A dispatch, and a comment

    /// What a dispatched run was given; nothing is `null`.
    ///
    /// # Errors
    /// When it has no names: to leave it out would be to redeploy production.
    pub(super) fn inputs(&self) -> Result<&Value, Failure> {
        let pointer = match self.name.as_str() {
            "workflow_dispatch" => "/inputs",
            _ => "/client_payload",
        };
        match self.payload.pointer(pointer) {
            None => Ok(&Value::Null),
            Some(inputs @ (Value::Null | Value::Object(_))) => Ok(inputs),
            Some(_) => Err(makes_no_sense(&self.name, pointer, "not an object")),
        }
    }

    pub(super) fn is_on_a_pull_request(&self) -> bool {
        self.some("/issue/pull_request").is_some()
    }

    /// An account that has been deleted is `null`.
    pub(super) fn has_no_author(&self) -> bool {
        self.text("/comment/user/login").is_empty()
    }

    /// Our own answers too: none of them must be a command.
    pub(super) fn is_by_a_bot(&self) -> bool {
        self.text("/comment/user/type") == "Bot" || self.text("/comment/user/login").ends_with("[bot]")
    }

    pub(super) fn is_a_command(&self) -> bool {
        comment::Command::parse(self.text("/comment/body")).is_some()
    }

    pub(super) fn payload(&self) -> &Value {
        &self.payload
    }

    /// What the run is about, where nothing is done.
    pub(super) fn about(&self) -> Environment {
        let commented = self.some("/issue/number").filter(|_| self.is_on_a_pull_request());
        self.pull_request()
            .or_else(|| self.head_numbers().first().copied())
            .or_else(|| commented?.as_u64())
            .map_or_else(Environment::production, Environment::Preview)
    }

    /// What a sentence may name.
    pub(super) fn fact(&self, name: &str, config: Option<&Config>) -> Option<String> {
        let text = |pointer: &str| {
            Some(self.text(pointer))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        match name {
            "event" => Some(self.name.clone()),
            "type" => text("/action"),
            "ref" => text("/ref").map(|name| name.trim_start_matches("refs/tags/").to_owned()),
            "branch" => self.branch().map(str::to_owned),
            "environment" => self.environments(config?).first().cloned(),
            "number" => self.pull_request().map(|number| number.to_string()),
            "numbers" => {
                let numbers: Vec<String> = self.head_numbers().iter().map(ToString::to_string).collect();
                Some(numbers.join(", "))
            }
            "commit" => Some(self.commit().short().to_owned()),
            "label" => text("/label/name"),
            "conclusion" => text("/workflow_run/conclusion").or_else(|| Some("no conclusion".to_owned())),
            "token" => Some(self.token.to_owned()),
            "started by" => text("/workflow_run/event"),
            _ => None,
        }
    }
}
