//! A command as GitHub's event describes it: who wrote it, when, and on which pull request.

use jiff::Timestamp;
use serde_json::Value;

use super::command::Command;
use crate::model::failure::Failure;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) pull_request: u64,
    pub(crate) command: Command,
    /// What the line may say where the repository has several apps, one of which it names.
    pub(crate) of_app: Vec<(Command, String)>,
    /// The app that it is about. `None`: all of them, or it is not known yet which ones there are.
    pub(crate) app: Option<String>,
    /// The id of the comment.
    pub(crate) comment: u64,
    /// The login of its author.
    pub(crate) author: String,
    /// By GitHub's clock, in whole seconds.
    pub(crate) written_at: Timestamp,
}

impl Request {
    /// Takes what is needed out of the payload of an `issue_comment` event. Whether there is anything to do about it is
    /// the table's decision, and made before.
    ///
    /// # Errors
    /// A payload that lacks what GitHub always sends with a comment that is a command.
    pub(crate) fn read(payload: &Value) -> Result<Self, Failure> {
        let number = |field: &'static str, pointer: &str| {
            let number = payload.pointer(pointer).and_then(Value::as_u64);
            number.ok_or_else(|| incomplete(field))
        };
        let text = |field: &'static str, pointer: &str| {
            let text = payload.pointer(pointer).and_then(Value::as_str);
            text.ok_or_else(|| incomplete(field))
        };
        let written_at = text("comment.created_at", "/comment/created_at")?.parse();
        Ok(Self {
            pull_request: number("issue.number", "/issue/number")?,
            command: Command::parse(text("comment.body", "/comment/body")?)
                .ok_or_else(|| incomplete("comment.body"))?,
            of_app: Command::parse_with_app(text("comment.body", "/comment/body")?),
            app: None,
            comment: number("comment.id", "/comment/id")?,
            author: text("comment.user.login", "/comment/user/login")?.to_owned(),
            written_at: written_at.map_err(|_| incomplete("comment.created_at"))?,
        })
    }

    /// The command as it is meant in a repository of these apps, by their names under `[apps]`.
    ///
    /// # Errors
    /// A command that names an app which the repository does not have, with that name.
    pub(super) fn among(&self, keys: &[String]) -> Result<Self, (Command, &str)> {
        let Some((likely, name)) = self.of_app.first().filter(|_| !keys.is_empty()) else {
            return Ok(self.clone());
        };
        let named = self.of_app.iter().find(|(_, name)| keys.contains(name));
        let (command, app) = named.ok_or((*likely, name.as_str()))?;
        Ok(Self {
            command: *command,
            app: Some(app.clone()),
            ..self.clone()
        })
    }

    /// The same where it is not known which apps there are: as if there were one of the name that it may have.
    pub(super) fn at_face_value(&self) -> Self {
        let named = self.of_app.first().map(|(_, name)| name.clone());
        self.among(named.as_slice()).unwrap_or_else(|_| self.clone())
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

    #[test]
    fn takes_out_what_is_needed() {
        let request = Request::read(&payload()).expect("complete");
        assert_eq!((request.pull_request, request.comment), (12, 7));
        assert_eq!(
            (request.command, request.author.as_str()),
            (Command::Status, "maintainer")
        );
        assert_eq!(request.written_at.to_string(), "2026-11-20T10:00:00Z");
    }

    #[test]
    fn a_payload_that_lacks_something_is_an_error_that_names_it() {
        for (pointer, value, named) in [
            ("/issue/number", Value::Null, "issue.number"),
            ("/comment/id", Value::Null, "comment.id"),
            ("/comment/body", Value::Null, "comment.body"),
            ("/comment/user", Value::Null, "comment.user.login"),
            ("/comment/created_at", json!("yesterday"), "comment.created_at"),
        ] {
            let mut payload = payload();
            *payload.pointer_mut(pointer).expect("it is there") = value;
            let error = Request::read(&payload).expect_err(pointer);
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
