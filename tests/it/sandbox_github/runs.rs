//! Workflow runs: one for every head of a pull request without conflicts, made when it was noticed.

use serde_json::{Value, json};

use super::REPO;
use crate::harness::{Tester, run};

async fn runs(t: &Tester, query: &str) -> Vec<Value> {
    let path = format!("{REPO}/actions/runs?{query}");
    let listed = t.github("GET", &path, None).await.expect(200);
    listed["workflow_runs"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn every_head_of_a_pull_request_starts_a_run() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let first = t.repository.head("feature-1");
        let opened = runs(t, &format!("head_sha={first}&event=pull_request")).await;
        assert_eq!((opened.len(), &opened[0]["head_branch"]), (1, &json!("feature-1")));
        t.advance(60).await;
        let second = t.push(1, "second");
        let all = runs(t, "per_page=100").await;
        assert_eq!(
            (&all[0]["head_sha"], &all[1]["head_sha"]),
            (&json!(second), &json!(first))
        );
        assert!(all[0]["created_at"].as_str() > all[1]["created_at"].as_str());
        assert_eq!(
            runs(t, &format!("head_sha={first}")).await[0]["created_at"],
            opened[0]["created_at"]
        );
        assert_eq!(runs(t, &format!("head_sha={second}&event=push")).await.len(), 0);
        assert_eq!(runs(t, "branch=main").await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_with_conflicts_starts_no_run() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.push("main", "theirs");
        let head = t.push(1, "ours");
        let pull = t.github("GET", &format!("{REPO}/pulls/1"), None).await.expect(200);
        assert_eq!(
            (&pull["mergeable"], &pull["mergeable_state"]),
            (&json!(false), &json!("dirty"))
        );
        assert_eq!(runs(t, &format!("head_sha={head}")).await.len(), 0);
        assert_eq!(runs(t, "per_page=100").await.len(), 1, "the first head had one");
        let event = t.event("name=pull_request&action=synchronize&number=1").await;
        assert_eq!(
            event["pull_request"]["mergeable"], false,
            "every reader of the event gets it"
        );
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_pull_requests_own_workflow_is_an_event_that_names_its_head() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let body = json!({ "head": "stranger:feature-1", "base": "main", "title": "From a fork" });
        t.open_pr_as(2, body).await;
        let event = async |number: u64| t.event(&format!("name=workflow_run&number={number}")).await;
        let ours = event(1).await;
        let run = &ours["workflow_run"];
        assert_eq!(ours["action"], "completed");
        assert_eq!(run["event"], "pull_request");
        assert_eq!(run["head_sha"], t.repository.head("feature-1").as_str());
        assert_eq!(run["head_repository"]["full_name"], "org/shop");
        assert_eq!(run["pull_requests"][0]["number"], 1);
        let fork = event(2).await;
        let run = &fork["workflow_run"];
        assert_eq!(run["head_repository"]["full_name"], "stranger/shop");
        assert_eq!(run["repository"]["full_name"], "org/shop");
        assert_eq!(run["pull_requests"], json!([]), "GitHub leaves a fork's out");
    })
    .await;
}
