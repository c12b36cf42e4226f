//! The issue that every pull request also is.

use serde_json::{Value, json};

use super::call::{Call, Reply, no_content, ok};
use super::collaborators::association;
use super::pulls::apply;
use super::reactions::rollup;
use super::urls::Urls;
use crate::github::records::following::current;
use crate::github::records::hosted::HostedRepository;
use crate::github::records::pull::Pull;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// `GET /issues/{number}`
pub(crate) async fn get(call: Call) -> Reply {
    let pull = current(&call.hosted, call.id("number")?)
        .await
        .ok_or_else(Refusal::not_found)?;
    ok(&json(&call.hosted, &call.urls, &pull))
}

/// `PATCH /issues/{number}`: title, body, state, labels.
pub(crate) async fn update(call: Call) -> Reply {
    let pull = apply(&call, call.json()?).await?;
    ok(&json(&call.hosted, &call.urls, &pull))
}

/// `PUT /issues/{number}/lock`
pub(crate) async fn lock(call: Call) -> Reply {
    set_locked(&call, true)
}

/// `DELETE /issues/{number}/lock`
pub(crate) async fn unlock(call: Call) -> Reply {
    set_locked(&call, false)
}

fn set_locked(call: &Call, locked: bool) -> Reply {
    let number = call.id("number")?;
    let mut records = call.hosted.records();
    records.pulls.get_mut(&number).ok_or_else(Refusal::not_found)?.locked = locked;
    no_content()
}

/// `issue`
pub(crate) fn json(hosted: &HostedRepository, urls: &Urls, pull: &Pull) -> Value {
    let url = urls.api(&format!("/issues/{}", pull.number));
    let html = urls.html(&format!("/pull/{}", pull.number));
    let comments = hosted
        .records()
        .comments
        .values()
        .filter(|comment| comment.number == pull.number)
        .count();
    json!({
        "url": url,
        "repository_url": urls.api(""),
        "labels_url": format!("{url}/labels{{/name}}"),
        "comments_url": format!("{url}/comments"),
        "events_url": format!("{url}/events"),
        "html_url": html,
        "id": pull.id + 1_000_000_000,
        "node_id": node_id("PR", pull.id),
        "number": pull.number,
        "title": pull.title,
        "user": pull.author.json(&urls.base),
        "labels": super::labels::json_of(hosted, urls, &pull.labels),
        "state": pull.state(),
        "state_reason": null,
        "locked": pull.locked,
        "active_lock_reason": null,
        "assignee": null,
        "assignees": [],
        "milestone": null,
        "comments": comments,
        "created_at": stamp(pull.created_at),
        "updated_at": stamp(pull.updated_at),
        "closed_at": pull.closed_at.map(stamp),
        "closed_by": pull.closed_by.as_ref().map(|user| user.json(&urls.base)),
        "author_association": association(hosted, &pull.author),
        "body": pull.body,
        "draft": pull.draft,
        "pull_request": {
            "url": urls.api(&format!("/pulls/{}", pull.number)),
            "html_url": html,
            "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"),
            "merged_at": pull.merged_at.map(stamp),
        },
        "reactions": rollup(&format!("{url}/reactions"), &[]),
        "timeline_url": format!("{url}/timeline"),
        "performed_via_github_app": null,
    })
}
