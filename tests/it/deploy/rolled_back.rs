//! What the comment of a merged pull request says of production stays true after a rollback, and after later deployments.

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, without_job};

/// Production at the merge of pull request 1, then of 2. Their commits.
async fn two_merges(t: &Tester) -> [String; 2] {
    t.deploy().await.succeeds();
    let mut commits = Vec::new();
    for (number, version) in [(1, "second"), (2, "third")] {
        t.open_pr_with(number, Change::version(version)).await;
        commits.push(t.merge_pr(number).await);
        t.deploy().await.succeeds();
    }
    [commits.remove(0), commits.remove(0)]
}

#[tokio::test]
async fn a_merged_pull_request_says_that_its_commit_was_rolled_back() {
    run(async |t: &mut Tester| {
        let [first, second] = two_merges(t).await;
        t.command(["rollback"]).await.succeeds();
        let (first, second) = (&first[..7], &second[..7]);
        let left = t.comment(2).await;
        assert!(left.contains("Rolled back in production at 2"), "{left}");
        assert!(left.contains(&format!("UTC to [`{first}`]")), "{left}");
        assert!(
            left.contains(&format!("[`{second}`](")) && left.contains(" was live from 2"),
            "{left}"
        );
        assert!(
            left.contains("([run](") && !left.contains("Deployed to production"),
            "{left}"
        );
        let back = t.comment(1).await;
        assert!(back.contains("Back in production at 2"), "{back}");
        assert!(back.contains(&format!("by a rollback: [`{first}`](")), "{back}");
        assert_eq!(
            t.deployment_states("production").await,
            ["success", "inactive", "inactive", "inactive"]
        );
        // Released: the branch's head is deployed again.
        t.deploy().arg("--release").await.succeeds();
        let again = t.comment(2).await;
        assert!(
            again.contains("Deployed to production at 2") && !again.contains("Rolled back"),
            "{again}"
        );
        let replaced = t.comment(1).await;
        assert!(
            replaced.contains("Back in production at 2") && !replaced.contains("serves"),
            "{replaced}"
        );
    })
    .await;
}

#[tokio::test]
async fn every_pull_request_that_a_rollback_takes_out_says_so() {
    run(async |t: &mut Tester| {
        let start = t.repository.head("main");
        two_merges(t).await;
        t.command(["rollback", "--to", &start]).await.succeeds();
        for number in [1, 2] {
            let comment = t.comment(number).await;
            let said = format!("UTC to [`{}`]", &start[..7]);
            assert!(
                comment.contains("Rolled back in production at 2") && comment.contains(&said),
                "{comment}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_rollback_that_did_not_happen_changes_no_comment() {
    run(async |t: &mut Tester| {
        two_merges(t).await;
        let before = [t.comment(1).await, t.comment(2).await];
        t.command(["rollback", "--dry-run"]).await.succeeds();
        t.command(["rollback", "--to", "0123456"]).await.fails_with(2);
        assert_eq!([t.comment(1).await, t.comment(2).await], before);
    })
    .await;
}

#[tokio::test]
async fn what_a_later_deployment_replaces_is_not_said_to_serve() {
    run(async |t: &mut Tester| {
        let [first, _] = two_merges(t).await;
        let comment = t.comment(1).await;
        assert!(comment.contains("Deployed to production at 2"), "{comment}");
        assert!(comment.contains(&format!("UTC: [`{}`](", &first[..7])), "{comment}");
        assert!(!comment.contains("serves") && !comment.contains("since"), "{comment}");
        assert_eq!(
            t.deployment_states("production").await,
            ["success", "inactive", "inactive"]
        );
        let earlier = &t.deployments("production").await[1]["statuses"][0];
        assert_eq!(earlier["description"], "A newer deployment took its place");
    })
    .await;
}

#[tokio::test]
async fn after_an_automatic_rollback_the_commit_that_serves_stays_active_on_github() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            let [_, second] = two_merges(t).await;
            t.open_pr_with(3, Change::version("fourth").config(FAILING_CHECK)).await;
            t.merge_pr(3).await;
            t.deploy().await.fails_with(1).says("Rolled back");
            let bad = t.comment(3).await;
            assert!(
                bad.contains("Production deployment failed at 2") && bad.contains(", live from 2"),
                "{bad}"
            );
            assert!(
                bad.contains(&format!("[`{}`](", &second[..7])) && bad.contains(" took its place"),
                "{bad}"
            );
            let good = t.comment(2).await;
            assert!(good.contains("Deployed to production at 2"), "{good}");
            let states = t.deployment_states("production").await;
            assert_eq!(states, ["failure", "success", "inactive", "inactive"]);
        },
    )
    .await;
}
