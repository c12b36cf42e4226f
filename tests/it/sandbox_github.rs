//! The sandbox as GitHub's own clients see it, over a real repository.

use serde_json::json;

use crate::harness::{Api, Tester, run};

const REPO: &str = "/repos/org/shop";

#[tokio::test]
async fn branches_and_commits_are_those_of_the_repository() {
    run(async |t: &mut Tester| {
        let head = t.repository.head("main");
        let branch = t
            .github("GET", &format!("{REPO}/branches/main"), None)
            .await
            .expect(200);
        assert_eq!(branch["commit"]["sha"], head);
        let commit = t.github("GET", &format!("{REPO}/commits/main"), None).await.expect(200);
        assert_eq!(
            (&commit["sha"], &commit["commit"]["message"]),
            (&json!(head), &json!("first"))
        );
    })
    .await;
}

#[tokio::test]
async fn compare_counts_commits() {
    run(async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.push("main", "second");
        let compared = t
            .github("GET", &format!("{REPO}/compare/{first}...main"), None)
            .await
            .expect(200);
        assert_eq!(
            (&compared["status"], &compared["ahead_by"]),
            (&json!("ahead"), &json!(1))
        );
    })
    .await;
}

#[tokio::test]
async fn a_file_is_read_with_its_path_as_one_segment() {
    run(async |t: &mut Tester| {
        let file = t
            .github("GET", &format!("{REPO}/contents/.do%2Fapp.yaml?ref=main"), None)
            .await
            .expect(200);
        assert_eq!(file["path"], ".do/app.yaml");
        assert_eq!(file["encoding"], "base64");
        t.github("GET", &format!("{REPO}/contents/nowhere.toml?ref=main"), None)
            .await
            .expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_pull_requests_head_follows_its_branch() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let second = t.push(1, "second");
        let pull = t.github("GET", &format!("{REPO}/pulls/1"), None).await.expect(200);
        assert_eq!(pull["head"]["sha"], second);
        assert_eq!(pull["user"]["login"], "contributor");
    })
    .await;
}

#[tokio::test]
async fn refuses_a_pull_request_without_commits() {
    run(async |t: &mut Tester| {
        t.repository.git(&["branch", "empty", "main"]);
        let body = json!({ "head": "empty", "base": "main", "title": "Nothing" });
        let refused = t
            .github("POST", &format!("{REPO}/pulls"), Some(&body))
            .await
            .expect(422);
        assert!(
            refused.to_string().contains("No commits between main and empty"),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn comments_are_created_listed_in_pages_edited_and_deleted() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let list = format!("{REPO}/issues/1/comments");
        for number in 1..=3 {
            t.github("POST", &list, Some(&json!({ "body": format!("comment {number}") })))
                .await
                .expect(201);
        }
        let page = t.github("GET", &format!("{list}?per_page=2"), None).await;
        assert!(page.header("link").unwrap().contains("rel=\"next\""));
        let first = format!("{REPO}/issues/comments/{}", page.expect(200)[0]["id"]);
        t.github("PATCH", &first, Some(&json!({ "body": "edited" })))
            .await
            .expect(200);
        assert_eq!(t.comments(1).await[0]["body"], "edited");
        t.github("DELETE", &first, None).await.expect(204);
        assert_eq!(t.comments(1).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn the_token_is_the_actions_bot() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let body = json!({ "body": "hello" });
        let comment = t
            .github("POST", &format!("{REPO}/issues/1/comments"), Some(&body))
            .await
            .expect(201);
        assert_eq!(
            (&comment["user"]["login"], &comment["user"]["type"]),
            (&json!("github-actions[bot]"), &json!("Bot"))
        );
        t.github("GET", "/user", None).await.expect(403);
    })
    .await;
}

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
async fn a_permission_is_what_the_account_says() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "permissions": { "reviewer": "write" } })).await;
        let path = format!("{REPO}/collaborators/reviewer/permission");
        assert_eq!(t.github("GET", &path, None).await.expect(200)["permission"], "write");
    })
    .await;
}

#[tokio::test]
async fn the_event_says_what_the_api_says() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let event = t.event("name=pull_request&action=opened&number=1").await;
        let pull = t.github("GET", &format!("{REPO}/pulls/1"), None).await.expect(200);
        assert_eq!((&event["action"], &event["number"]), (&json!("opened"), &json!(1)));
        assert_eq!(event["pull_request"]["head"]["sha"], pull["head"]["sha"]);
        assert_eq!(event["pull_request"]["user"]["login"], pull["user"]["login"]);
        assert_eq!(event["repository"]["id"], pull["base"]["repo"]["id"]);
    })
    .await;
}
