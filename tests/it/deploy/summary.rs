//! The job summary of production as people read it.

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, spec, without_job};

#[tokio::test]
async fn the_summary_of_a_failed_update_says_once_what_serves() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push_broken("main");
        let broken = t.deploy().await;
        insta::assert_snapshot!(t.redact(broken.fails_with(1).summary()), @"
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
        let reported = summary
            .lines()
            .filter(|line| line.contains("[first]") && line.contains("serves") && !line.starts_with('|'));
        assert_eq!(reported.count(), 1, "{summary}");
    })
    .await;
}

/// Where the envs of the service begin.
const ENVS: &str = "http_path: /health\n    envs:\n";

#[tokio::test]
async fn the_summary_shows_how_the_spec_differs_from_what_was_live() {
    run(async |t: &mut Tester| {
        let first = t.deploy().await;
        first.succeeds();
        assert!(!first.summary().contains("what was live"), "{}", first.summary());
        // The same file: only a commit is new.
        t.push("main", "second");
        let same = t.deploy().await;
        assert!(
            !same.succeeds().summary().contains("what was live"),
            "{}",
            same.summary()
        );
        t.push(
            "main",
            Change::version("third").spec(&spec(ENVS, &format!("{ENVS}      - {{key: LEVEL, value: debug}}\n"))),
        );
        let more = t.deploy().await;
        insta::assert_snapshot!(t.redact(more.succeeds().summary()), @"
        ### ✅ Ready: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ✅ Ready | [`[third]`](https://github.com/org/shop/commit/[commit third]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        <details><summary>How the spec of shop differs from what was live before</summary>

        ```diff
        --- before
        +++ after
        @@ -12,6 +12,9 @@
           health_check:
             http_path: /health
           envs:
        +  - key: LEVEL
        +    scope: RUN_AND_BUILD_TIME
        +    value: debug
           - key: DATABASE_URL
             scope: RUN_TIME
             value: sqlite:////tmp/notes.db
        ```

        </details>

        Costs $5.00 a month
        ");
        let flag = serde_json::json!({ "key": "FLAG", "value": "on", "scope": "RUN_TIME" });
        let add = |spec: &mut serde_json::Value| spec["services"][0]["envs"].as_array_mut().unwrap().push(flag);
        t.change_in_panel("shop", add).await;
        t.push_broken("main");
        let failed = t.deploy().await;
        insta::assert_snapshot!(t.redact(failed.fails_with(1).summary()), @r#"
        ### ❌ Failed: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]); [`[third]`](https://github.com/org/shop/commit/[commit third]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; [`[third]`](https://github.com/org/shop/commit/[commit third]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment production --deployment [id]` prints it

        <details><summary>How the spec of shop differs from what was live before</summary>

        ```diff
        --- before
        +++ after
        @@ -18,9 +18,6 @@
           - key: DATABASE_URL
             scope: RUN_TIME
             value: sqlite:////tmp/notes.db
        -  - key: FLAG
        -    value: "on"
        -    scope: RUN_TIME
         jobs:
         - name: migrate
           kind: PRE_DEPLOY
        ```

        </details>

        Costs $5.00 a month

        How the app spec was prepared:

        | Change | Why |
        |---|---|
        | removed env `FLAG` of service `web` | the file does not have it |
        "#);
    })
    .await;
}
