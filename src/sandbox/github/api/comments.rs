//! Comments in the conversation of a pull request.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Reply, created, no_content, ok};
use super::collaborators::association;
use super::paging::paged;
use super::reactions::rollup;
use super::urls::Urls;
use crate::github::records::comment::Comment;
use crate::github::records::following::current;
use crate::github::records::hosted::HostedRepository;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// As GitHub's refusal says.
const LONGEST_BODY_CHARACTERS: usize = 65_536;

/// `issue-comment`
pub(crate) fn json(hosted: &HostedRepository, urls: &Urls, comment: &Comment) -> Value {
    let (id, number) = (comment.id, comment.number);
    let url = urls.api(&format!("/issues/comments/{id}"));
    json!({
        "url": url,
        "html_url": urls.html(&format!("/pull/{number}#issuecomment-{id}")),
        "issue_url": urls.api(&format!("/issues/{number}")),
        "id": id,
        "node_id": node_id("IC", id),
        "user": comment.author.json(&urls.base),
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.updated_at),
        "author_association": association(hosted, &comment.author),
        "body": comment.body,
        "reactions": rollup(&format!("{url}/reactions"), &comment.reactions),
        "performed_via_github_app": comment.author.app_json(&urls.base),
    })
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    body: String,
}

impl Written {
    fn checked(self) -> Result<String, Refusal> {
        let refuse = |message: &str| {
            Err(Refusal::validation(json!({
                "resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message,
            })))
        };
        if self.body.trim().is_empty() {
            return refuse("Body cannot be blank");
        }
        if self.body.chars().count() > LONGEST_BODY_CHARACTERS {
            return refuse(&format!(
                "Body is too long (maximum is {LONGEST_BODY_CHARACTERS} characters)"
            ));
        }
        Ok(self.body)
    }
}

/// `GET /issues/{number}/comments`: oldest first, whatever else is asked.
pub(crate) async fn list(call: Call) -> Reply {
    let number = call.id("number")?;
    if !call.hosted.records().pulls.contains_key(&number) {
        return Err(Refusal::not_found());
    }
    let found = select(&call, |comment| comment.number == number)?;
    paged(
        &call,
        found
            .iter()
            .map(|comment| json(&call.hosted, &call.urls, comment))
            .collect(),
    )
}

/// `GET /issues/comments`: of the whole repository; `sort`, `direction`.
pub(crate) async fn list_all(call: Call) -> Reply {
    let mut found = select(&call, |_| true)?;
    if let Some(sort) = call.asked("sort") {
        let by_update = sort == "updated";
        found.sort_by_key(|c| (if by_update { c.updated_at } else { c.created_at }, c.id));
        if call.asked("direction") != Some("asc") {
            found.reverse();
        }
    }
    paged(
        &call,
        found
            .iter()
            .map(|comment| json(&call.hosted, &call.urls, comment))
            .collect(),
    )
}

/// By ascending id, updated at `since` or later.
fn select(call: &Call, wanted: impl Fn(&Comment) -> bool) -> Result<Vec<Comment>, Refusal> {
    let since = match call.asked("since").map(str::parse::<Timestamp>) {
        Some(Ok(since)) => since.as_second(),
        Some(Err(_)) => return Err(Refusal::field("IssueComment", "since", "invalid")),
        None => i64::MIN,
    };
    let records = call.hosted.records();
    let recent = |comment: &&Comment| comment.updated_at.as_second() >= since && wanted(comment);
    Ok(records.comments.values().filter(recent).cloned().collect())
}

/// `POST /issues/{number}/comments`
pub(crate) async fn create(call: Call) -> Reply {
    let number = call.id("number")?;
    let body = call.json::<Written>()?;
    // What was pushed before the comment has been noticed before it.
    current(&call.hosted, number).await;
    let now = call.hosted.clock.now();
    let comment = {
        let mut records = call.hosted.records();
        let pull = records.pulls.get_mut(&number).ok_or_else(Refusal::not_found)?;
        if pull.locked {
            return Err(Refusal::forbidden("Unable to create comment because issue is locked."));
        }
        let comment = Comment {
            id: call.hosted.next_id(),
            number,
            author: call.actor.clone(),
            body: body.checked()?,
            created_at: now,
            updated_at: now,
            reactions: Vec::new(),
        };
        pull.updated_at = now;
        records.comments.insert(comment.id, comment.clone());
        comment
    };
    created(&json(&call.hosted, &call.urls, &comment))
}

/// Changes the comment that the path names and replies with what it leaves.
fn with_comment(call: &Call, act: impl FnOnce(&mut Comment) -> Result<(), Refusal>) -> Result<Comment, Refusal> {
    let id = call.id("comment_id")?;
    let mut records = call.hosted.records();
    let comment = records.comments.get_mut(&id).ok_or_else(Refusal::not_found)?;
    act(comment)?;
    Ok(comment.clone())
}

/// `GET /issues/comments/{comment_id}`
pub(crate) async fn get(call: Call) -> Reply {
    let id = call.id("comment_id")?;
    let comment = call.hosted.records().comments.get(&id).cloned();
    let comment = comment.ok_or_else(Refusal::not_found)?;
    ok(&json(&call.hosted, &call.urls, &comment))
}

/// `PATCH /issues/comments/{comment_id}`
pub(crate) async fn update(call: Call) -> Reply {
    let written = call.json::<Written>()?;
    let now = call.hosted.clock.now();
    let comment = with_comment(&call, |comment| {
        comment.body = written.checked()?;
        comment.updated_at = now;
        Ok(())
    })?;
    ok(&json(&call.hosted, &call.urls, &comment))
}

/// `DELETE /issues/comments/{comment_id}`
pub(crate) async fn delete(call: Call) -> Reply {
    let id = call.id("comment_id")?;
    call.hosted
        .records()
        .comments
        .remove(&id)
        .ok_or_else(Refusal::not_found)?;
    no_content()
}
