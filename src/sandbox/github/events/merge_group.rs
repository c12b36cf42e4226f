//! `merge_group`: a merge queue wants its trial merge checked.

use serde_json::{Value, json};

use super::Asked;
use crate::github::records::commit::read;
use crate::github::refusal::Refusal;

pub(super) const KEYS: &[&str] = &["action", "branch", "number"];

/// `action` (`checks_requested`), `branch` that is merged into (default: the default branch), `number` of the pull
/// request that waits (1).
pub(super) async fn payload(asked: &Asked) -> Result<Value, Refusal> {
    let (branch, head) = asked.branch("branch").await?;
    let commit = read(&asked.hosted.repository, &head)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let number = asked.number("number").unwrap_or(1);
    Ok(json!({
        "action": asked.key("action").unwrap_or("checks_requested"),
        "merge_group": {
            "head_sha": head,
            "head_ref": format!("refs/heads/gh-readonly-queue/{branch}/pr-{number}-{head}"),
            "base_sha": commit.parents.first().unwrap_or(&head),
            "base_ref": format!("refs/heads/{branch}"),
            "head_commit": commit.simple_json(),
        },
    }))
}
