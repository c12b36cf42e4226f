//! The repository itself: branches, commits, comparisons, files.

use serde_json::json;

use super::REPO;
use crate::harness::{Tester, run};

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
async fn the_repository_says_its_default_branch_and_number() {
    run(async |t: &mut Tester| {
        let repository = t.github("GET", REPO, None).await.expect(200);
        assert_eq!(
            (&repository["full_name"], &repository["default_branch"]),
            (&json!("org/shop"), &json!("main"))
        );
        assert!(repository["id"].is_u64());
        t.github("GET", "/repos/org/stranger", None).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_does_not_exist_is_404() {
    run(async |t: &mut Tester| {
        let path = format!("{REPO}/branches/nowhere");
        assert_eq!(
            t.github("GET", &path, None).await.expect(404)["message"],
            "Branch not found"
        );
    })
    .await;
}

#[tokio::test]
async fn diverged_branches_are_counted_on_both_sides() {
    run(async |t: &mut Tester| {
        t.push("feature", "mine");
        t.push("main", "theirs");
        let compared = t
            .github("GET", &format!("{REPO}/compare/main...feature"), None)
            .await
            .expect(200);
        assert_eq!(compared["status"], "diverged");
        assert_eq!((&compared["ahead_by"], &compared["behind_by"]), (&json!(1), &json!(1)));
    })
    .await;
}

#[tokio::test]
async fn links_of_commits_and_runs_lead_to_a_page() {
    run(async |t: &mut Tester| {
        let (server, token) = (t.sandbox.url("GITHUB_SERVER_URL"), t.sandbox.token());
        let head = t.repository.head("main");
        for (link, says) in [
            (format!("commit/{head}"), "migrations/001_notes.sql"),
            ("actions/runs/1001/attempts/1".to_owned(), "Run 1001"),
        ] {
            let page = t.get(&format!("{server}/org/shop/{link}?token={token}")).await.unwrap();
            assert_eq!(page.status, 200, "{link}");
            assert!(page.text.contains(says), "{}", page.text);
        }
    })
    .await;
}
