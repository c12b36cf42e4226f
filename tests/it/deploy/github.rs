//! What GitHub shows: its deployment, and the merged pull request.

use serde_json::json;

use crate::harness::{Change, SPEC, Tester, run, run_with};

#[tokio::test]
async fn moves_the_github_deployment_to_success() {
    run(async |t: &mut Tester| {
        let url = t.deploy().await.succeeds().output("url");
        let deployment = t.deployments("production").await.remove(0);
        assert_eq!(deployment["state"], "success");
        assert_eq!(deployment["sha"], t.repository.head("main"));
        let status = &deployment["statuses"][0];
        assert_eq!(
            status["environment_url"].as_str().unwrap().trim_end_matches('/'),
            url.trim_end_matches('/')
        );
        assert!(
            status["log_url"].as_str().unwrap().contains("/org/shop/actions/runs/"),
            "{status}"
        );
    })
    .await;
}

#[tokio::test]
async fn moves_the_github_deployment_to_failure() {
    run_with(
        Change::whole_app("first").file("CRASH", "no\n"),
        async |t: &mut Tester| {
            t.deploy().await.fails_with(1);
            assert_eq!(t.deployment_states("production").await, ["failure"]);
        },
    )
    .await;
}

#[tokio::test]
async fn one_line_on_the_merged_pull_request_says_when_it_was_deployed_to_production() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.merge_pr(1).await;
        t.teardown(1).await.succeeds();
        let deployed = t.deploy().await;
        let comment = deployed.succeeds().comment(1);
        assert!(comment.contains("Deployed to production at 2"), "{comment}");
    })
    .await;
}

/// docs/security.md: `pull-requests: write` is for the merged pull request's last line, too.
#[tokio::test]
async fn a_merged_pull_request_shows_why_production_refused_its_commit() {
    for (change, why) in [
        (
            Change::version("second").spec(&SPEC.replace("region: fra", "region: ams")),
            "this app spec would move the app from the region `fra` to `ams`",
        ),
        (
            Change::version("second").spec(&SPEC.replace("region: fra", "envs: [{key: MISSING, type: SECRET}]")),
            "`MISSING`",
        ),
    ] {
        let why = why.to_owned();
        run_with(Change::whole_app("first"), async move |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.open_pr_with(1, change).await;
            t.merge_pr(1).await;
            let refused = t.auto_push("main").await;
            refused.fails_with(2);
            let comment = t.comment(1).await;
            assert!(
                comment.contains("Not deployed to production: ") && comment.contains(&why),
                "{comment}"
            );
            assert!(comment.contains("([run]("), "{comment}");
        })
        .await;
    }
}

/// Anybody may open one whose head is the commit that is about to be merged, and GitHub calls it merged as well.
#[tokio::test]
async fn a_strangers_pull_request_at_the_same_commit_does_not_take_productions_line() {
    holds!("a stranger", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.repository.git(&["branch", "copy", "feature-1"]);
        let body = json!({ "head": "stranger:copy", "base": "main", "title": "Mine" });
        t.open_pr_as(2, body).await;
        let fast_forward = "git checkout -q main && git merge -q --ff-only feature-1";
        t.repository.script(fast_forward, &t.repository.path);
        t.close_pr(1).await;
        t.close_pr(2).await;
        t.deploy().await.succeeds();
        assert!(t.comment(1).await.contains("Deployed to production"));
        assert_eq!(t.comments(2).await.len(), 0);
    })
    .await;
}
