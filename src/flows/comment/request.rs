//! A command as GitHub's event tells of it: who wrote it, when, and on which pull request.

use jiff::Timestamp;
use serde_json::Value;

use super::command::Command;
use crate::model::failure::Failure;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) pull_request: u64,
    pub(crate) command: Command,
    /// The id of the comment.
    pub(crate) comment: u64,
    /// The login of whoever wrote it.
    pub(crate) author: String,
    /// By GitHub's clock, in whole seconds.
    pub(crate) written_at: Timestamp,
}

/// Why a comment starts nothing, and which pull request it was on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoCommand {
    pub(crate) pull_request: Option<u64>,
    pub(crate) reason: &'static str,
}

impl Request {
    /// Reads the payload of an `issue_comment` event. The inner `Err`: there is nothing to do, and why.
    ///
    /// # Errors
    /// A payload that lacks what GitHub always sends.
    pub(crate) fn read(payload: &Value) -> Result<Result<Self, NoCommand>, Failure> {
        let number = payload
            .pointer("/issue/number")
            .and_then(Value::as_u64)
            .ok_or_else(|| incomplete("issue.number"))?;
        let is_pull_request = payload.pointer("/issue/pull_request").is_some_and(Value::is_object);
        let pull_request = is_pull_request.then_some(number);
        let no = |reason: &'static str| Ok(Err(NoCommand { pull_request, reason }));
        if payload.pointer("/action").and_then(Value::as_str) != Some("created") {
            return no("only a new comment is a command, not one that was edited or deleted");
        }
        if !is_pull_request {
            return no("the comment is on an issue, not on a pull request");
        }
        let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
        let Some(author) = text("/comment/user/login").filter(|login| !login.is_empty()) else {
            return no("nobody is known who wrote the comment");
        };
        // Our own comments too: an answer must not be a command.
        if text("/comment/user/type") == Some("Bot") || author.ends_with("[bot]") {
            return no("a bot wrote the comment");
        }
        let body = text("/comment/body").unwrap_or_default();
        let Some(command) = Command::parse(body) else {
            return no("the comment's first line is no command");
        };
        let written_at = text("/comment/created_at").and_then(|time| time.parse().ok());
        Ok(Ok(Self {
            pull_request: number,
            command,
            comment: payload
                .pointer("/comment/id")
                .and_then(Value::as_u64)
                .ok_or_else(|| incomplete("comment.id"))?,
            author: author.to_owned(),
            written_at: written_at.ok_or_else(|| incomplete("comment.created_at"))?,
        }))
    }
}

fn incomplete(field: &str) -> Failure {
    Failure::input(format!("the event's payload lacks `{field}`"))
        .next("check that `GITHUB_EVENT_PATH` is the payload of the event that `GITHUB_EVENT_NAME` names")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Request;
    use crate::flows::comment::Command;

    fn payload() -> Value {
        json!({
            "action": "created",
            "issue": {"number": 12, "pull_request": {"url": "https://api.github.com/repos/o/r/pulls/12"}},
            "comment": {"id": 7, "body": "/status", "created_at": "2026-11-20T10:00:00Z",
                        "user": {"login": "maintainer", "type": "User"}},
        })
    }

    fn reason(change: impl FnOnce(&mut Value)) -> String {
        let mut payload = payload();
        change(&mut payload);
        match Request::read(&payload) {
            Ok(Err(no)) => no.reason.to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_new_comment_of_a_person_on_a_pull_request_is_a_command() {
        let request = Request::read(&payload()).expect("complete").expect("a command");
        assert_eq!((request.pull_request, request.comment), (12, 7));
        assert_eq!(
            (request.command, request.author.as_str()),
            (Command::Status, "maintainer")
        );
        assert_eq!(request.written_at.to_string(), "2026-11-20T10:00:00Z");
    }

    #[test]
    fn everything_else_is_not() {
        assert!(reason(|it| it["action"] = json!("edited")).contains("edited"));
        assert!(reason(|it| it["action"] = json!("deleted")).contains("deleted"));
        assert!(reason(|it| it["issue"]["pull_request"] = Value::Null).contains("an issue"));
        assert!(reason(|it| it["comment"]["user"]["type"] = json!("Bot")).contains("a bot"));
        assert!(reason(|it| it["comment"]["user"]["login"] = json!("renovate[bot]")).contains("a bot"));
        assert!(reason(|it| it["comment"]["user"] = Value::Null).contains("nobody"));
        assert!(reason(|it| it["comment"]["body"] = json!("LGTM")).contains("no command"));
        assert!(reason(|it| it["comment"]["body"] = Value::Null).contains("no command"));
    }

    #[test]
    fn a_payload_that_is_none_is_an_error() {
        assert!(Request::read(&json!({})).is_err());
        let mut incomplete = payload();
        incomplete["comment"]["created_at"] = json!("yesterday");
        assert!(Request::read(&incomplete).is_err());
    }
}
