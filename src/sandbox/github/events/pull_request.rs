//! `pull_request`: every action, `synchronize` with the commits before and after.

use serde_json::{Value, json};

use super::Asked;
use crate::github::api::{labels, pull_json};
use crate::github::records::following::current;
use crate::github::refusal::Refusal;

pub(super) const KEYS: &[&str] = &["action", "number", "before", "label", "changed", "from"];

/// `action` (default `opened`), `number`; `before` of a `synchronize`, `label` of a `labeled`; `changed` of an `edited`
/// (`title`, `body` or `base`) and what it was, `from`.
pub(super) async fn payload(asked: &Asked) -> Result<Value, Refusal> {
    let (hosted, urls) = (&asked.hosted, &asked.urls);
    let number = asked.number("number")?;
    let pull = current(hosted, number).await.ok_or_else(Refusal::not_found)?;
    let action = asked.key("action").unwrap_or("opened");
    let mut payload = json!({
        "action": action,
        "number": number,
        "pull_request": pull_json::full(hosted, urls, &pull).await,
        "sender": pull.author.json(&urls.base),
    });
    match action {
        "synchronize" => {
            let before = asked
                .key("before")
                .map(str::to_owned)
                .or_else(|| pull.previous_sha.clone());
            payload["before"] = Value::from(before.unwrap_or_else(|| pull.base_sha.clone()));
            payload["after"] = Value::from(pull.head_sha.as_str());
        }
        "labeled" | "unlabeled" => {
            let name = asked
                .key("label")
                .or(pull.labels.last().map(String::as_str))
                .unwrap_or_default();
            let label = labels::json_of(hosted, urls, &[name.to_owned()]).pop();
            payload["label"] = label.unwrap_or(Value::Null);
        }
        "edited" => {
            let from = asked.key("from").unwrap_or_default();
            payload["changes"] = match asked.key("changed") {
                Some("base") => json!({"base": {"ref": {"from": from}, "sha": {"from": pull.base_sha}}}),
                Some(what) => json!({what: {"from": from}}),
                None => json!({}),
            };
        }
        "closed" => {
            // What `GITHUB_TOKEN` does starts no workflow, so the login that closes is taken for a person.
            let person = pull.closed_by.as_ref().filter(|user| !user.is_actions_bot());
            payload["sender"] = person.unwrap_or(&pull.author).json(&urls.base);
        }
        _ => {}
    }
    Ok(payload)
}
