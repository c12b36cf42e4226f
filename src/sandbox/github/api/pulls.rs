//! The pull request endpoints: open, list, read, change, close.

use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, Reply, created, ok};
use super::paging::{Page, paged};
use super::pull_json;
use crate::github::records::commit;
use crate::github::records::commit::log;
use crate::github::records::following::{all_current, current};
use crate::github::records::merging;
use crate::github::records::pull::{Pull, already_exists, no_commits_between, split_head};
use crate::github::records::run;
use crate::github::refusal::Refusal;

#[derive(Default, Deserialize)]
#[serde(default)]
struct NewPull {
    title: String,
    head: String,
    base: String,
    body: Option<String>,
    draft: bool,
}

/// `POST /pulls`. The author is the Git author of the head commit, who needs no account.
pub(crate) async fn create(call: Call) -> Reply {
    let new: NewPull = call.json()?;
    for (field, value) in [("title", &new.title), ("head", &new.head), ("base", &new.base)] {
        if value.trim().is_empty() {
            return Err(Refusal::field("PullRequest", field, "missing_field"));
        }
    }
    let (hosted, repository) = (&call.hosted, &call.hosted.repository);
    let owner = &repository.owner;
    let (head_owner, head) = split_head(&new.head, owner);
    let invalid = |field: &str| Refusal::field("PullRequest", field, "invalid");
    let base_sha = repository.head(&new.base).await.ok_or_else(|| invalid("base"))?;
    let head_sha = repository.head(&head).await.ok_or_else(|| invalid("head"))?;
    if repository.merge_base(&base_sha, &head_sha).await.is_none() {
        let message = format!("The {head} branch has no history in common with {}", new.base);
        return Err(Refusal::custom("PullRequest", &message));
    }
    if repository.count_between(&base_sha, &head_sha).await? == 0 {
        return Err(no_commits_between(&new.base, &head, &head_owner, owner));
    }
    let tip = commit::read(repository, &head_sha)
        .await?
        .ok_or_else(|| invalid("head"))?;
    let starts = run::starts(repository, &base_sha, &head_sha).await;
    let now = hosted.clock.now();
    let id = hosted.next_id();
    let pull = {
        let mut records = hosted.records();
        let number = records.pulls.keys().next_back().map_or(1, |last| last + 1);
        let pull = Pull {
            number,
            id,
            title: new.title,
            body: new.body,
            author: tip.author.user(),
            head_owner,
            head,
            head_sha,
            previous_sha: None,
            base: new.base,
            base_sha,
            draft: new.draft,
            locked: false,
            labels: Vec::new(),
            created_at: now,
            updated_at: now,
            closed_at: None,
            closed_by: None,
            merged_at: None,
            merge_commit_sha: None,
        };
        if let Some(twin) = records.pulls.values().find(|other| is_twin(other, &pull)) {
            return Err(already_exists(&twin.head_label()));
        }
        if starts {
            records.runs.push(run::start(hosted.next_id(), &pull, now));
        }
        records.pulls.insert(number, pull.clone());
        pull
    };
    created(&pull_json::full(hosted, &call.urls, &pull).await)
}

/// Whether another open pull request asks for the same thing.
fn is_twin(other: &Pull, pull: &Pull) -> bool {
    other.is_open() && other.number != pull.number && other.base == pull.base && other.is_from(&pull.head_label())
}

/// `GET /pulls`: `state`, `head`, `base`, `sort`, `direction`.
pub(crate) async fn list(call: Call) -> Reply {
    let state = call.asked("state").unwrap_or("open");
    let mut pulls = all_current(&call.hosted).await;
    pulls.retain(|pull| {
        (state == "all" || pull.state() == state)
            && call.asked("head").is_none_or(|head| pull.is_from(head))
            && call.asked("base").is_none_or(|base| pull.base == base)
    });
    let sort = call.asked("sort").unwrap_or("created");
    if sort == "updated" {
        pulls.sort_by_key(|pull| (pull.updated_at, pull.number));
    }
    let ascending = call
        .asked("direction")
        .map_or(sort != "created", |direction| direction == "asc");
    if !ascending {
        pulls.reverse();
    }
    let page = Page::of(&call);
    let link = page.link(&call, pulls.len());
    let mut shown = Vec::new();
    for pull in page.cut(pulls) {
        shown.push(pull_json::simple(&call.hosted, &call.urls, &pull).await);
    }
    let mut reply = ok(&Value::Array(shown))?;
    if let Some(link) = link {
        reply.headers_mut().insert(axum::http::header::LINK, link);
    }
    Ok(reply)
}

/// `GET /pulls/{number}`
pub(crate) async fn get(call: Call) -> Reply {
    let pull = read(&call).await?;
    ok(&pull_json::full(&call.hosted, &call.urls, &pull).await)
}

async fn read(call: &Call) -> Result<Pull, Refusal> {
    current(&call.hosted, call.id("number")?)
        .await
        .ok_or_else(Refusal::not_found)
}

/// `GET /pulls/{number}/commits`, oldest first.
pub(crate) async fn list_commits(call: Call) -> Reply {
    let pull = read(&call).await?;
    let range = format!("{}..{}", pull.base_sha, pull.head_sha);
    let commits = log(&call.hosted.repository, &["--reverse", "--topo-order", &range]).await?;
    paged(&call, commits.iter().map(|commit| commit.json(&call.urls)).collect())
}

/// How many files of a pull request GitHub lists. <https://docs.github.com/rest/pulls/pulls#list-pull-requests-files>
const MOST_FILES: usize = 3_000;

/// `GET /pulls/{number}/files`
pub(crate) async fn list_files(call: Call) -> Reply {
    let pull = read(&call).await?;
    let files = pull_json::files(&call.hosted.repository, &pull).await;
    let listed = files.iter().take(MOST_FILES);
    paged(
        &call,
        listed.map(|file| file.json(&call.urls, &pull.head_sha)).collect(),
    )
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Update {
    title: Option<String>,
    /// Outer `None`: leave it; inner: remove it.
    #[serde(deserialize_with = "present")]
    body: Option<Option<String>>,
    state: Option<String>,
    base: Option<String>,
    /// GitHub's REST API cannot end a draft, only its GraphQL API can. The sandbox takes it here.
    draft: Option<bool>,
    labels: Option<Vec<Value>>,
}

fn present<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(field).map(Some)
}

/// `PATCH /pulls/{number}`: title, body, base, state.
pub(crate) async fn update(call: Call) -> Reply {
    let update = Update {
        labels: None,
        ..call.json()?
    };
    let pull = apply(&call, update).await?;
    ok(&pull_json::full(&call.hosted, &call.urls, &pull).await)
}

/// Changes a pull request, or its issue, which has labels too.
pub(crate) async fn apply(call: &Call, update: Update) -> Result<Pull, Refusal> {
    let pull = read(call).await?;
    let repository = &call.hosted.repository;
    if let Some(base) = update.base.as_ref().filter(|base| **base != pull.base) {
        let base_sha = repository
            .head(base)
            .await
            .ok_or_else(|| Refusal::field("PullRequest", "base", "invalid"))?;
        if !pull.is_open() {
            let message = "Cannot change the base branch of a closed pull request.";
            return Err(Refusal::field_says("PullRequest", "base", message));
        }
        if repository.count_between(&base_sha, &pull.head_sha).await? == 0 {
            return Err(no_commits_between(
                base,
                &pull.head,
                &pull.head_owner,
                &repository.owner,
            ));
        }
        edit(call, &pull, |pull| {
            pull.base.clone_from(base);
            pull.base_sha = base_sha;
        })?;
    }
    edit(call, &pull, |pull| {
        if let Some(title) = update.title.filter(|title| !title.trim().is_empty()) {
            pull.title = title;
        }
        if let Some(body) = update.body {
            pull.body = body;
        }
        pull.draft = update.draft.unwrap_or(pull.draft);
    })?;
    if let Some(labels) = update.labels {
        super::labels::replace(call, &labels)?;
    }
    match (update.state.as_deref(), pull.is_open()) {
        (Some("closed"), true) => close(call, pull.number).await?,
        (Some("open"), false) => reopen(call, &pull).await?,
        (None | Some("open" | "closed"), _) => {}
        (Some(_), _) => return Err(Refusal::field("PullRequest", "state", "invalid")),
    }
    read(call).await
}

fn edit(call: &Call, pull: &Pull, change: impl FnOnce(&mut Pull)) -> Result<(), Refusal> {
    let mut records = call.hosted.records();
    let pull = records.pulls.get_mut(&pull.number).ok_or_else(Refusal::not_found)?;
    change(pull);
    pull.updated_at = call.hosted.clock.now();
    Ok(())
}

async fn close(call: &Call, number: u64) -> Result<(), Refusal> {
    let pull = current(&call.hosted, number).await.ok_or_else(Refusal::not_found)?;
    let merge_commit = merging::merge_commit(&call.hosted.repository, &pull).await;
    let (by, now) = (call.actor.clone(), call.hosted.clock.now());
    edit(call, &pull, |pull| pull.close(merge_commit, by, now))
}

async fn reopen(call: &Call, pull: &Pull) -> Result<(), Refusal> {
    let branch_exists = call.hosted.repository.head(&pull.head).await.is_some();
    let now = call.hosted.clock.now();
    let mut records = call.hosted.records();
    if let Some(twin) = records.pulls.values().find(|other| is_twin(other, pull)) {
        let message = format!(
            "state cannot be changed. There is already an open pull request from {}.",
            twin.head_label()
        );
        return Err(Refusal::field_says("PullRequest", "state", &message));
    }
    let pull = records.pulls.get_mut(&pull.number).ok_or_else(Refusal::not_found)?;
    pull.reopen(branch_exists, now)
}
