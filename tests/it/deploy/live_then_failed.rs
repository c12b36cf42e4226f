//! A deployment that went live and then failed a check is reported as one that was live: from when to when, and what serves.

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, without_job};

#[tokio::test]
async fn a_commit_that_was_rolled_back_was_live() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            let first = t.push("main", Change::version("before"));
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(FAILING_CHECK));
            let bad = t.deploy().await;
            bad.fails_with(1)
                .says("production ran this version from ")
                .says("Rolled back");
            // The URL and its log are by now the earlier commit's.
            let summary = bad.summary();
            let id = bad.output("deployment-id");
            assert!(summary.contains(&format!("--deployment {id}")), "{summary}");
            insta::assert_snapshot!(t.redact(summary), @"
            ### ❌ Failed: shop, production

            | App | State | Commit |
            |---|---|---|
            | [Open shop](http://127.0.0.1:[port]) | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[before]`](https://github.com/org/shop/commit/[commit before]) serves |

            Updated [time] UTC · [Run [run]]([link to the run])

            **Cause:** `http://127.0.0.1:[port]/nowhere` does not answer as expected: 404 instead of 200

            [`[second]`](https://github.com/org/shop/commit/[commit second]) was live from [time] to [time] UTC; [`[before]`](https://github.com/org/shop/commit/[commit before]) serves now

            **Next:** read what the app logs when it is asked: `do-deploy logs --environment production --deployment [id]`

            - Rolled back to deployment [id]
            - Data was not rolled back

            Costs $5.00 a month
            ");
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
            assert!(live["serving"].as_str().unwrap().starts_with(&first[..7]), "{live}");
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
            insta::assert_snapshot!(t.redact(&comment), @"
            <!-- do-deploy:1000001:pr-1 -->
            <!-- run:0:0 -->
            <!-- production:[run]:1 -->
            ❌ Production deployment failed at [time] UTC (live from [time] to [time] UTC): `http://127.0.0.1:[port]/nowhere` does not answer as expected: 404 instead of 200; [`[first]`](https://github.com/org/shop/commit/[commit first]) took its place ([run]([link to the run]))
            ");
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
        insta::assert_snapshot!(t.redact(summary), @"
        ### ❌ Failed: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment production --deployment [id]` prints it

        Costs $5.00 a month
        ");
        assert!(!broken.shown().contains("was live"), "{broken}");
    })
    .await;
}
