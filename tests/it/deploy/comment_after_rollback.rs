//! What the comment of a merged pull request says of production stays true after a rollback, and after later deployments.

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, without_job};

/// Production at the merge of pull request 1, then of 2.
async fn two_merges(t: &Tester) {
    t.deploy().await.succeeds();
    for (number, version) in [(1, "second"), (2, "third")] {
        t.open_pr_with(number, Change::version(version)).await;
        t.merge_pr(number).await;
        t.deploy().await.succeeds();
    }
}

#[tokio::test]
async fn a_merged_pull_request_says_that_its_commit_was_rolled_back() {
    run(async |t: &mut Tester| {
        two_merges(t).await;
        t.command(["rollback"]).await.succeeds();
        let left = t.comment(2).await;
        insta::assert_snapshot!(t.redact(&left), @"
        <!-- do-deploy:1000001:pr-2 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ⏪ Rolled back in production at [time] UTC to [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]): [`[merge of #2]`](https://github.com/org/shop/commit/[commit merge of #2]) was live from [time] to [time] UTC ([run]([link to the run]))
        ");
        let back = t.comment(1).await;
        insta::assert_snapshot!(t.redact(&back), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ✅ Back in production at [time] UTC, by a rollback: [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]) at http://127.0.0.1:[port] ([run]([link to the run]))
        ");
        assert_eq!(
            t.deployment_states("production").await,
            ["success", "inactive", "inactive", "inactive"]
        );
        // Released: the branch's head is deployed again.
        t.deploy().arg("--release").await.succeeds();
        let again = t.comment(2).await;
        insta::assert_snapshot!(t.redact(&again), @"
        <!-- do-deploy:1000001:pr-2 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ✅ Deployed to production at [time] UTC: [`[merge of #2]`](https://github.com/org/shop/commit/[commit merge of #2]) at http://127.0.0.1:[port] ([run]([link to the run]))
        ");
        let replaced = t.comment(1).await;
        insta::assert_snapshot!(t.redact(&replaced), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ✅ Back in production at [time] UTC, by a rollback: [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]) at http://127.0.0.1:[port] ([run]([link to the run]))
        ");
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
        two_merges(t).await;
        let comment = t.comment(1).await;
        insta::assert_snapshot!(t.redact(&comment), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ✅ Deployed to production at [time] UTC: [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]) at http://127.0.0.1:[port] ([run]([link to the run]))
        ");
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
            two_merges(t).await;
            t.open_pr_with(3, Change::version("fourth").config(FAILING_CHECK)).await;
            t.merge_pr(3).await;
            t.deploy().await.fails_with(1).says("Rolled back");
            let bad = t.comment(3).await;
            insta::assert_snapshot!(t.redact(&bad), @"
            <!-- do-deploy:1000001:pr-3 -->
            <!-- run:0:0 -->
            <!-- production:[run]:1 -->
            ❌ Production deployment failed at [time] UTC (live from [time] to [time] UTC): `http://127.0.0.1:[port]/nowhere` does not answer as expected: 404 instead of 200; [`[merge of #2]`](https://github.com/org/shop/commit/[commit merge of #2]) took its place ([run]([link to the run]))
            ");
            let good = t.comment(2).await;
            assert!(good.contains("Deployed to production at 2"), "{good}");
            let states = t.deployment_states("production").await;
            assert_eq!(states, ["failure", "success", "inactive", "inactive"]);
        },
    )
    .await;
}
