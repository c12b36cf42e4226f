//! The job summary of production as people read it.

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, without_job};

#[tokio::test]
async fn the_summary_of_a_failed_update_says_once_what_serves() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push_broken("main");
        let broken = t.deploy().await;
        insta::assert_snapshot!(t.redact(broken.fails_with(1).summary()), @"
        ### ❌ Failed: shop, production

        | App | State | URL | Commit | Updated (UTC) | Logs |
        |---|---|---|---|---|---|
        | shop | ❌ Failed | [Open](http://127.0.0.1:[port]) | [`[broken]`](https://github.com/org/shop/commit/[commit broken]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves | [time] | [Run [run]]([link to the run]) |

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment production --deployment [id]` prints it

        Costs $5.00 a month
        ");
    })
    .await;
}

#[tokio::test]
async fn the_summary_of_a_rollback_says_once_what_serves() {
    let first = Change::whole_app("first").spec(&without_job());
    run_with(first, async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").config(FAILING_CHECK));
        let bad = t.deploy().await;
        let summary = t.redact(bad.fails_with(1).summary());
        let told = summary
            .lines()
            .filter(|line| line.contains("[first]") && line.contains("serves") && !line.starts_with('|'));
        assert_eq!(told.count(), 1, "{summary}");
    })
    .await;
}
