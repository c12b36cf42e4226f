//! Commands in comments on a pull request: who may give them, what they do, and what is answered where.

mod answers;
mod build_commands;
mod hostile_commands;
mod in_progress;
mod logs;
mod notify;
mod permission;
mod wake;

use serde_json::{Value, json};

use crate::harness::{Api, Invocation, Tester};

/// Who may push to the repository in these stories.
pub(crate) const MAINTAINER: &str = "maintainer";

/// Lets the maintainer be one.
pub(crate) async fn with_maintainer(t: &Tester) {
    t.account(&json!({ "permissions": { MAINTAINER: "write" } })).await;
}

/// Writes a comment as someone. Returns its id.
pub(crate) async fn says(t: &Tester, who: &str, number: u64, body: &str) -> u64 {
    let path = format!("/repos/org/shop/issues/{number}/comments");
    let written = t
        .call_as(
            &format!("user:{who}"),
            Api::GitHub,
            "POST",
            &path,
            Some(&json!({ "body": body })),
        )
        .await
        .expect(201);
    written["id"].as_u64().expect("a comment has an id")
}

/// What GitHub starts for a comment: `auto` with the default branch checked out.
pub(crate) fn on_comment(t: &Tester, comment: u64) -> Invocation<'_> {
    t.command(["auto"])
        .on_event("issue_comment", &format!("name=issue_comment&comment_id={comment}"))
}

/// Contents of all reactions to a comment, oldest first.
pub(crate) async fn reactions(t: &Tester, comment: u64) -> Vec<String> {
    let path = format!("/repos/org/shop/issues/comments/{comment}/reactions");
    let listed = t.github("GET", &path, None).await.expect(200);
    let listed = listed.as_array().cloned().unwrap_or_default();
    listed.iter().map(|reaction| text(&reaction["content"])).collect()
}

/// The text of our one comment on the pull request; empty where there is none.
pub(crate) async fn ours(t: &Tester, number: u64) -> String {
    let all = t.comments(number).await;
    let ours: Vec<String> = all
        .iter()
        .filter(|comment| comment["user"]["login"] == "github-actions[bot]")
        .map(|comment| text(&comment["body"]))
        .collect();
    match ours.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        several => panic!("there should be one comment of ours: {several:#?}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
