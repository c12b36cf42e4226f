//! `issue_comment`: someone wrote, changed or removed a comment.

use serde_json::{Value, json};

use super::Asked;
use crate::github::api::{comments, issues};
use crate::github::records::following::current;
use crate::github::refusal::Refusal;

pub(super) const KEYS: &[&str] = &["action", "comment_id"];

/// `action` (default `created`), `comment_id`.
pub(super) async fn payload(asked: &Asked) -> Result<Value, Refusal> {
    let (hosted, urls) = (&asked.hosted, &asked.urls);
    let id = asked.number("comment_id")?;
    let comment = hosted
        .records()
        .comments
        .get(&id)
        .cloned()
        .ok_or_else(Refusal::not_found)?;
    let pull = current(hosted, comment.number).await.ok_or_else(Refusal::not_found)?;
    let mut payload = json!({
        "action": asked.key("action").unwrap_or("created"),
        "issue": issues::json(hosted, urls, &pull),
        "comment": comments::json(hosted, urls, &comment),
        "sender": comment.author.json(&urls.base),
    });
    if asked.key("action") == Some("edited") {
        payload["changes"] = json!({"body": {"from": ""}});
    }
    Ok(payload)
}
