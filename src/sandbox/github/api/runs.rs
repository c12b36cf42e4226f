//! Workflow runs: one of the repository's workflow for every head of a pull request that could be merged, started when
//! it was noticed.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::paging::Page;
use super::repositories;
use super::urls::Urls;
use crate::github::records::commit::{Commit, read};
use crate::github::records::following::all_current;
use crate::github::records::pull::Pull;
use crate::github::records::run::Run;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// Of the one workflow that there is.
pub(crate) const WORKFLOW: u64 = 2_000_001;
const PATH: &str = ".github/workflows/preview.yml";

/// `GET /actions/runs`: `head_sha`, `event`, `branch`, `actor`, `status`, `check_suite_id`; newest first.
pub(crate) async fn list(call: Call) -> Reply {
    if call.asked("created").is_some() {
        return Err(Refusal::unprocessable("The sandbox does not filter runs by `created`"));
    }
    // A client that asks for runs has to see the head that was pushed a moment ago.
    all_current(&call.hosted).await;
    let is = |key: &str, value: &str| call.asked(key).is_none_or(|asked| asked == value);
    let mut runs: Vec<Run> = call.hosted.records().runs.clone();
    runs.retain(|run| {
        is("head_sha", &run.sha)
            && is("event", "pull_request")
            && is("branch", &run.branch)
            && is("actor", &run.actor.login)
            && (is("status", "completed") || is("status", "success"))
            && is("check_suite_id", &suite(run).to_string())
    });
    runs.reverse();
    let page = Page::of(&call);
    let (total, link) = (runs.len(), page.link(&call, runs.len()));
    let mut shown = Vec::new();
    for run in page.cut(runs) {
        if let Some(commit) = read(&call.hosted.repository, &run.sha).await? {
            shown.push(json(&call, &run, &commit).await);
        }
    }
    let mut reply = ok(&json!({"total_count": total, "workflow_runs": shown}))?;
    if let Some(link) = link {
        reply.headers_mut().insert(axum::http::header::LINK, link);
    }
    Ok(reply)
}

fn suite(run: &Run) -> u64 {
    run.id + 500_000_000
}

/// `workflow-run`
async fn json(call: &Call, run: &Run, commit: &Commit) -> Value {
    let (hosted, urls) = (&call.hosted, &call.urls);
    let repository = repositories::json(hosted, urls).await;
    let is_fork = !run.head_owner.eq_ignore_ascii_case(&hosted.repository.owner);
    let facts = Facts {
        id: run.id,
        suite: suite(run),
        name: "Preview",
        path: PATH,
        branch: &run.branch,
        event: "pull_request",
        status: "completed",
        conclusion: Some("success"),
        at: run.created_at,
    };
    let mut shown = workflow_run(urls, &facts, commit, &run.actor.json(&urls.base), &repository);
    // GitHub leaves a fork's pull request out.
    if is_fork {
        shown["head_repository"] = repositories::fork_json(hosted, urls, &run.head_owner).await;
    } else {
        shown["pull_requests"] = json!([pull_json(call, run, &repository)]);
    }
    shown
}

/// What one workflow run differs in from another.
pub(crate) struct Facts<'a> {
    pub(crate) id: u64,
    pub(crate) suite: u64,
    pub(crate) name: &'a str,
    pub(crate) path: &'a str,
    pub(crate) branch: &'a str,
    pub(crate) event: &'a str,
    pub(crate) status: &'a str,
    pub(crate) conclusion: Option<&'a str>,
    pub(crate) at: Timestamp,
}

/// `workflow-run` of a head in the repository itself, of no pull request.
pub(crate) fn workflow_run(
    urls: &Urls,
    facts: &Facts<'_>,
    commit: &Commit,
    actor: &Value,
    repository: &Value,
) -> Value {
    let Facts { id, suite, .. } = *facts;
    let url = urls.api(&format!("/actions/runs/{id}"));
    let at = stamp(facts.at);
    json!({
        "id": id,
        "name": facts.name,
        "node_id": format!("WFR_{id}"),
        "head_branch": facts.branch,
        "head_sha": commit.sha,
        "path": facts.path,
        "display_title": commit.message.lines().next().unwrap_or_default(),
        "run_number": 1,
        "run_attempt": 1,
        "event": facts.event,
        "status": facts.status,
        "conclusion": facts.conclusion,
        "workflow_id": WORKFLOW,
        "check_suite_id": suite,
        "check_suite_node_id": format!("CS_{suite}"),
        "url": url,
        "html_url": urls.html(&format!("/actions/runs/{id}")),
        "pull_requests": [],
        "created_at": at,
        "updated_at": at,
        "run_started_at": at,
        "actor": actor,
        "triggering_actor": actor,
        "referenced_workflows": [],
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": urls.api(&format!("/check-suites/{suite}")),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": null,
        "workflow_url": workflow_url(urls),
        "head_commit": commit.simple_json(),
        "repository": repository,
        "head_repository": repository,
    })
}

pub(crate) fn workflow_url(urls: &Urls) -> String {
    urls.api(&format!("/actions/workflows/{WORKFLOW}"))
}

fn pull_json(call: &Call, run: &Run, repository: &Value) -> Value {
    let records = call.hosted.records();
    let pull = records.pulls.get(&run.number);
    pull.map_or(Value::Null, |pull| pull_minimal(&call.urls, pull, &run.sha, repository))
}

/// `pull-request-minimal`
pub(crate) fn pull_minimal(urls: &Urls, pull: &Pull, sha: &str, repository: &Value) -> Value {
    let minimal = json!({"id": repository["id"], "url": repository["url"], "name": repository["name"]});
    json!({
        "id": pull.id,
        "number": pull.number,
        "url": urls.api(&format!("/pulls/{}", pull.number)),
        "head": {"ref": pull.head, "sha": sha, "repo": minimal},
        "base": {"ref": pull.base, "sha": pull.base_sha, "repo": minimal},
    })
}
