//! Pull requests, their labels and their events.

use serde_json::json;

use super::REPO;
use crate::harness::{Tester, run};

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

#[tokio::test]
async fn a_pull_request_is_listed_by_state_and_by_head() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.close_pr(1).await;
        let numbers = async |query: &str| {
            let listed = t
                .github("GET", &format!("{REPO}/pulls?{query}"), None)
                .await
                .expect(200);
            let pulls = listed.as_array().cloned().unwrap_or_default();
            pulls
                .iter()
                .map(|pull| pull["number"].as_u64().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(numbers("").await, [2]);
        assert_eq!(numbers("state=closed").await, [1]);
        assert_eq!(numbers("state=all").await, [2, 1]);
        assert_eq!(numbers("state=all&head=org:feature-1").await, [1]);
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_is_retitled_closed_and_opened_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let path = format!("{REPO}/pulls/1");
        let renamed = json!({ "title": "Better", "body": "why" });
        let pull = t.github("PATCH", &path, Some(&renamed)).await.expect(200);
        assert_eq!((&pull["title"], &pull["body"]), (&json!("Better"), &json!("why")));
        t.close_pr(1).await;
        let closed = t.github("GET", &path, None).await.expect(200);
        assert_eq!((&closed["state"], &closed["merged"]), (&json!("closed"), &json!(false)));
        assert!(closed["closed_at"].is_string());
        t.reopen_pr(1).await;
        assert_eq!(t.github("GET", &path, None).await.expect(200)["state"], "open");
    })
    .await;
}

#[tokio::test]
async fn a_pull_requests_files_are_those_that_its_branch_changes() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.repository.git(&["checkout", "--quiet", "feature-1"]);
        t.repository
            .git(&["mv", "migrations/001_notes.sql", "migrations/001_moved.sql"]);
        t.repository.git(&["commit", "--quiet", "--message", "move"]);
        t.push("main", "what the pull request lacks");
        let path = format!("{REPO}/pulls/1/files?per_page=100");
        let listed = t.github("GET", &path, None).await.expect(200);
        let moved = listed
            .as_array()
            .unwrap()
            .iter()
            .find(|file| file["status"] == "renamed");
        let moved = moved.expect("a renamed file");
        assert_eq!(
            (&moved["filename"], &moved["previous_filename"]),
            (&json!("migrations/001_moved.sql"), &json!("migrations/001_notes.sql"))
        );
        let pull = t.github("GET", &format!("{REPO}/pulls/1"), None).await.expect(200);
        assert_eq!(pull["changed_files"], listed.as_array().unwrap().len());
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_whose_head_arrives_in_the_base_is_merged() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let merge = t.repository.merge(&t.branch_of(1), 1);
        let pull = t.github("GET", &format!("{REPO}/pulls/1"), None).await.expect(200);
        assert_eq!((&pull["state"], &pull["merged"]), (&json!("closed"), &json!(true)));
        assert_eq!(pull["merge_commit_sha"], merge);
    })
    .await;
}

#[tokio::test]
async fn labels_are_put_on_and_taken_off() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.label_pr(1, "preview").await;
        t.label_pr(1, "urgent").await;
        let labels = format!("{REPO}/issues/1/labels");
        let names = async || {
            let listed = t.github("GET", &labels, None).await.expect(200);
            let names = listed.as_array().cloned().unwrap_or_default();
            names
                .iter()
                .map(|label| label["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names().await, ["preview", "urgent"]);
        t.github("DELETE", &format!("{labels}/urgent"), None).await.expect(200);
        assert_eq!(names().await, ["preview"]);
        t.github("DELETE", &format!("{labels}/urgent"), None).await.expect(404);
        let pull = t.github("GET", &format!("{REPO}/pulls/1"), None).await.expect(200);
        assert_eq!(pull["labels"][0]["name"], "preview");
    })
    .await;
}

#[tokio::test]
async fn a_second_pull_request_of_the_same_branch_is_refused() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let body = json!({ "head": "feature-1", "base": "main", "title": "Again" });
        let refused = t
            .github("POST", &format!("{REPO}/pulls"), Some(&body))
            .await
            .expect(422);
        assert!(
            refused
                .to_string()
                .contains("A pull request already exists for org:feature-1"),
            "{refused}"
        );
    })
    .await;
}
