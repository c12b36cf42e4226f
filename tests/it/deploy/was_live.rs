//! A deployment that went live and was then found bad is told as one that was live: from when to when, and what serves.

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, without_job};

#[tokio::test]
async fn a_commit_that_was_rolled_back_was_live() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            let first = t.push("main", Change::version("before"));
            t.deploy().await.succeeds();
            let second = t.push("main", Change::version("second").config(FAILING_CHECK));
            let bad = t.deploy().await;
            bad.fails_with(1)
                .says("production ran this version from ")
                .says("Rolled back");
            let summary = bad.summary();
            assert!(!summary.contains("did not go live"), "{summary}");
            let (first, second) = (&first[..7], &second[..7]);
            assert!(summary.contains(&format!("`{second}`")), "{summary}");
            assert!(summary.contains(" was live from 2"), "{summary}");
            assert!(
                summary.contains(&format!("`{first}`")) && summary.contains(" serves now"),
                "{summary}"
            );
            assert!(summary.contains("404 instead of 200"), "{summary}");
            // The URL and its log are by now the earlier commit's.
            let id = bad.output("deployment-id");
            let advice = format!("`do-deploy logs --environment production --deployment {id}`");
            assert!(summary.contains(&advice), "{summary}");
            assert!(!summary.contains("ask for it yourself"), "{summary}");
            let status = &t.deployments("production").await[0]["statuses"][0];
            assert_eq!(status["state"], "failure");
            let description = status["description"].as_str().unwrap();
            assert!(description.starts_with("Live from 2"), "{description}");
            assert!(description.contains("does not answer as expected"), "{description}");
            let bad = t.deploy().locally().arg("--json").await;
            let live = bad.fails_with(1).json()["apps"][0]["was-live"].clone();
            for key in ["from", "until", "seen", "serving"] {
                assert!(live[key].is_string(), "{key}: {live}");
            }
            assert!(live["serving"].as_str().unwrap().starts_with(first), "{live}");
            assert!(live["from"].as_str() <= live["until"].as_str(), "{live}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_commit_that_is_left_in_service_is_live() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").config(FAILING_CHECK));
        let bad = t.deploy().await;
        bad.fails_with(1).says("Not rolled back");
        let summary = bad.summary();
        assert!(summary.contains(" still serves: it has been live since 2"), "{summary}");
        let bad = t.deploy().locally().arg("--json").await;
        let live = bad.json()["apps"][0]["was-live"].clone();
        assert!(live["from"].is_string() && live["until"].is_null(), "{live}");
    })
    .await;
}

#[tokio::test]
async fn the_merged_pull_request_says_that_its_commit_was_live() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.open_pr_with(1, Change::version("second").config(FAILING_CHECK)).await;
            t.merge_pr(1).await;
            t.deploy().await.fails_with(1);
            let comment = t.comment(1).await;
            assert!(
                comment.contains("Production deployment failed at 2") && comment.contains(" (live from 2"),
                "{comment}"
            );
            assert!(comment.contains("404 instead of 200"), "{comment}");
            assert!(comment.contains(" took its place"), "{comment}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_preview_that_is_found_bad_is_live() {
    let config = "[health]\ntimeout = \"5s\"\npath = \"/nowhere\"\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        let bad = t.preview(1).await;
        let comment = bad.fails_with(1).comment(1);
        assert!(comment.contains(" still serves: it has been live since 2"), "{comment}");
    })
    .await;
}

#[tokio::test]
async fn a_commit_that_never_took_traffic_did_not_go_live() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push_broken("main");
        let broken = t.deploy().await;
        let summary = broken.fails_with(1).summary();
        assert!(
            summary.contains(" did not go live; ") && summary.contains(" still serves"),
            "{summary}"
        );
        assert!(!broken.shown().contains("was live"), "{broken}");
    })
    .await;
}
