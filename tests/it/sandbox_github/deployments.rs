//! Deployments and their statuses.

use serde_json::json;

use super::REPO;
use crate::harness::{Api, Tester, run};

/// Creates a deployment with one status and returns its path.
async fn deployment(t: &Tester, environment: &str, state: &str) -> String {
    let body = json!({ "ref": "main", "environment": environment, "required_contexts": [], "auto_merge": false });
    let deployment = t
        .github("POST", &format!("{REPO}/deployments"), Some(&body))
        .await
        .expect(201);
    let path = format!("{REPO}/deployments/{}", deployment["id"]);
    set_state(t, &path, state).await;
    path
}

async fn set_state(t: &Tester, deployment: &str, state: &str) {
    let status = json!({ "state": state, "auto_inactive": true });
    t.github("POST", &format!("{deployment}/statuses"), Some(&status))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_new_success_makes_older_deployments_of_its_environment_inactive() {
    run(async |t: &mut Tester| {
        deployment(t, "preview", "success").await;
        deployment(t, "other", "success").await;
        deployment(t, "preview", "success").await;
        assert_eq!(t.deployment_states("preview").await, ["success", "inactive"]);
        assert_eq!(t.deployment_states("other").await, ["success"]);
    })
    .await;
}

#[tokio::test]
async fn older_deployments_of_production_stay_as_they_are() {
    run(async |t: &mut Tester| {
        deployment(t, "production", "success").await;
        deployment(t, "production", "success").await;
        assert_eq!(t.deployment_states("production").await, ["success", "success"]);
    })
    .await;
}

#[tokio::test]
async fn an_active_deployment_cannot_be_deleted() {
    run(async |t: &mut Tester| {
        let first = deployment(t, "preview", "success").await;
        // The only deployment of a repository may be deleted whatever its state.
        deployment(t, "other", "success").await;
        t.github("DELETE", &first, None).await.expect(422);
        set_state(t, &first, "inactive").await;
        t.github("DELETE", &first, None).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn a_long_description_is_refused() {
    run(async |t: &mut Tester| {
        let body = json!({ "ref": "main", "environment": "preview", "required_contexts": [], "auto_merge": false });
        let deployment = t
            .github("POST", &format!("{REPO}/deployments"), Some(&body))
            .await
            .expect(201);
        let path = format!("{REPO}/deployments/{}/statuses", deployment["id"]);
        let status = json!({ "state": "success", "description": "x".repeat(141) });
        t.call_badly(Api::GitHub, "POST", &path, Some(&status))
            .await
            .expect(422);
    })
    .await;
}

#[tokio::test]
async fn a_transient_deployment_is_not_made_inactive_by_the_next_one() {
    run(async |t: &mut Tester| {
        for _ in 0..2 {
            let body = json!({ "ref": "main", "environment": "preview", "transient_environment": true,
                "required_contexts": [], "auto_merge": false });
            let path = format!("{REPO}/deployments");
            let deployment = t.github("POST", &path, Some(&body)).await.expect(201);
            set_state(t, &format!("{path}/{}", deployment["id"]), "success").await;
        }
        assert_eq!(t.deployment_states("preview").await, ["success", "success"]);
    })
    .await;
}

#[tokio::test]
async fn the_only_deployment_may_be_deleted_while_it_is_active() {
    run(async |t: &mut Tester| {
        let only = deployment(t, "preview", "success").await;
        t.github("DELETE", &only, None).await.expect(204);
        t.github("GET", &only, None).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn without_empty_required_contexts_the_runs_own_check_is_in_the_way() {
    run(async |t: &mut Tester| {
        let body = json!({ "ref": "main", "environment": "preview" });
        let path = format!("{REPO}/deployments");
        let refused = t.github("POST", &path, Some(&body)).await.expect(409);
        assert!(
            refused["message"].as_str().unwrap().contains("status checks failed"),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_status_keeps_its_urls_and_names_the_environment() {
    run(async |t: &mut Tester| {
        let path = deployment(t, "preview", "in_progress").await;
        let status = json!({ "state": "success", "environment_url": "https://shop.example.com",
            "log_url": "https://example.com/run/1" });
        t.github("POST", &format!("{path}/statuses"), Some(&status))
            .await
            .expect(201);
        let statuses = t.github("GET", &format!("{path}/statuses"), None).await.expect(200);
        let states: Vec<_> = statuses
            .as_array()
            .unwrap()
            .iter()
            .map(|status| &status["state"])
            .collect();
        assert_eq!(states, [&json!("success"), &json!("in_progress")], "newest first");
        assert_eq!(statuses[0]["environment_url"], "https://shop.example.com");
        assert_eq!(statuses[0]["log_url"], "https://example.com/run/1");
        assert_eq!(statuses[0]["environment"], "preview");
    })
    .await;
}
