//! The previews of a pull request in a repository of several apps: one comment, a row for each.

use nix::sys::signal::Signal;

use crate::harness::{Change, Tester, app_env, run_with, until};

use super::{CONFIG, both, broken, manifest, unlinked, version};

/// A pull request that changes both apps.
pub(super) fn changes_both(label: &str) -> Change {
    version("front", label).file("api/VERSION", &format!("{label}\n"))
}

/// The same where both are broken.
fn breaks_both(label: &str) -> Change {
    broken("front", label)
        .file("api/VERSION", &format!("{label}\n"))
        .file("api/CRASH", "KeyError: 'SECRET' is missing\n")
}

/// What GitHub shows of the pull requests' deployments, newest first: the app and how it stands.
pub(super) async fn records(t: &Tester) -> Vec<String> {
    super::records(t, "preview").await
}

#[tokio::test]
async fn both_have_a_row_of_the_one_comment_and_each_serves() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.succeeds().comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop-front, shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: [Open shop-front-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        **shop-api-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        Together $10.00 a month awake, $1.00 asleep
        ");
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
        t.expect_serving("shop-front-pr-1", "second").await;
        t.expect_serving("shop-api-pr-1", "second").await;
        assert_eq!(records(t).await, ["shop-api success", "shop-front success"]);
        insta::assert_snapshot!(t.redact(&preview.output("apps")), @r#"[{"app":"shop-front-pr-1","key":"front","status":"ready","url":"http://127.0.0.1:[port]","app-id":"[id]","deployment-id":"[id]","commit":"[commit second]","monthly-cost":"5.00"},{"app":"shop-api-pr-1","key":"api","status":"ready","url":"http://127.0.0.1:[port]","app-id":"[id]","deployment-id":"[id]","commit":"[commit second]","monthly-cost":"5.00"}]"#);
    })
    .await;
}

#[tokio::test]
async fn the_log_names_the_app_of_each_line() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        let preview = t.preview(1).locally().await;
        insta::assert_snapshot!(t.redact(&preview.succeeds().log()), @"
        front: The preview's database: SQLite (previews never use production's database; a file on the instance's disk costs nothing)
        api: The preview's database: SQLite (previews never use production's database; a file on the instance's disk costs nothing)
        api: Creating the preview `shop-api-pr-1`
        api: Deployment [id] has begun
        api: web: building service done
        api: web: deploying service done
        api: web: waiting for service done
        api: Checking the built commit, the platform's health check and a request from outside
        api: http://127.0.0.1:[port]/health: 200
        front: Creating the preview `shop-front-pr-1`
        front: Deployment [id] has begun
        front: web: building service done
        front: web: deploying service done
        front: web: waiting for service done
        front: Checking the built commit, the platform's health check and a request from outside
        front: http://127.0.0.1:[port]/health: 200
        front: pr-1 is ready: http://127.0.0.1:[port]
        api: pr-1 is ready: http://127.0.0.1:[port]
        ");
    })
    .await;
}

#[tokio::test]
async fn an_app_is_given_the_url_of_the_one_that_it_refers_to() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        let front = t.app("shop-front-pr-1").await;
        let url = app_env(&front, "API_URL");
        assert_eq!(url["value"].as_str(), Some(t.url_of("shop-api-pr-1").await.as_str()));
        // And keeps it where nothing of the other app is new.
        t.push(1, version("front", "third"));
        t.preview(1).await.succeeds();
        assert_eq!(app_env(&t.app("shop-front-pr-1").await, "API_URL"), url);
    })
    .await;
}

#[tokio::test]
async fn an_app_whose_paths_are_untouched_gets_no_preview_and_its_row_says_so() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, version("api", "second")).await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.succeeds().comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: shop-front-pr-1 | ⏭️ Skipped |  |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        - No preview: the pull request changes none of its `paths`

        **shop-api-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        ");
        assert_eq!(t.app_names().await, ["shop-api-pr-1"]);
        assert_eq!(preview.output("status"), "ready");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_a_previewed_app_refers_to_is_previewed_as_well() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, version("front", "second")).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
        t.expect_serving("shop-front-pr-1", "second").await;
        t.expect_serving("shop-api-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_that_touches_no_app_gets_no_preview() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("second").file("README.md", "Words\n"))
            .await;
        let preview = t.preview(1).await;
        preview
            .succeeds()
            .says("the pull request changes no file of an app's `paths`");
        assert_eq!((t.app_names().await.len(), t.comments(1).await.len()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn one_that_fails_leaves_the_others_truth_alone() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, broken("front", "second").file("api/VERSION", "second\n")).await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.fails_with(1).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-front, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: shop-front-pr-1 | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; nothing serves yet

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --app front --deployment [id]` prints it

        **shop-api-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        ");
        t.expect_serving("shop-api-pr-1", "second").await;
        assert_eq!(records(t).await, ["shop-api success", "shop-front failure"]);
        assert_eq!(preview.output("status"), "failed");
        // The next push mends it.
        t.push(1, version("front", "third").without("front/CRASH"));
        t.preview(1).await.succeeds();
        t.expect_serving("shop-front-pr-1", "third").await;
    })
    .await;
}

#[tokio::test]
async fn an_app_is_not_deployed_where_the_one_before_it_failed() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        t.push(1, broken("api", "third").file("front/VERSION", "third\n"));
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.fails_with(1).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: [Open shop-front-pr-1](http://127.0.0.1:[port]) | ⏭️ Skipped | [`[third]`](https://github.com/org/shop/commit/[commit third]); [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[third]`](https://github.com/org/shop/commit/[commit third]); [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        - Not deployed: `api`, which is deployed before it, was not ready

        **shop-api-pr-1**

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[third]`](https://github.com/org/shop/commit/[commit third]) did not go live; [`[second]`](https://github.com/org/shop/commit/[commit second]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --app api --deployment [id]` prints it
        ");
        t.expect_serving("shop-front-pr-1", "second").await;
        t.expect_serving("shop-api-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn one_that_fails_and_no_other_waits_for_leaves_the_first_deployed() {
    let config = unlinked();
    run_with(both("first").config(&config), async |t: &mut Tester| {
        t.open_pr_with(1, broken("api", "second").file("front/VERSION", "second\n"))
            .await;
        let preview = t.preview(1).await;
        preview.fails_with(1);
        t.expect_serving("shop-front-pr-1", "second").await;
        assert_eq!(records(t).await, ["shop-api failure", "shop-front success"]);
    })
    .await;
}

#[tokio::test]
async fn an_app_is_given_the_domain_of_another_one() {
    let config = CONFIG.replace("${apps.api.url}", "${apps.api.domain}");
    run_with(both("first").config(&config), async |t: &mut Tester| {
        t.open_pr_with(1, version("front", "second")).await;
        t.preview(1).await.succeeds();
        let url = t.url_of("shop-api-pr-1").await;
        let domain = app_env(&t.app("shop-front-pr-1").await, "API_URL")["value"].clone();
        assert_eq!(domain.as_str(), url.strip_prefix("http://"));
    })
    .await;
}

#[tokio::test]
async fn both_broken_from_the_start_are_both_said() {
    // Without an order between them.
    let config = unlinked();
    run_with(both("first").config(&config), async |t: &mut Tester| {
        t.open_pr_with(1, breaks_both("second")).await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.fails_with(1).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-front, shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: shop-front-pr-1 | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |
        | `api`: shop-api-pr-1 | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; nothing serves yet

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --app front --deployment [id]` prints it

        **shop-api-pr-1**

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; nothing serves yet

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --app api --deployment [id]` prints it
        ");
        assert_eq!(records(t).await, ["shop-api failure", "shop-front failure"]);
    })
    .await;
}

#[tokio::test]
async fn a_broken_manifest_is_the_end_of_its_app_alone() {
    run_with(both("first"), async |t: &mut Tester| {
        let manifest = manifest("shop-front", "front").replace("region: fra", "region: [");
        t.open_pr_with(1, changes_both("second").file("front/app.yaml", &manifest))
            .await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.fails_with(1).comment(1)), @r#"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: front, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | front | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **front**

        **Cause:** the app spec cannot be read: "-" is only valid inside a block

        At `front/app.yaml:4:3`

        **Next:** look at this line and the one above: indentation, a missing colon or an open quote

        **shop-api-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        "#);
        assert_eq!(t.app_names().await, ["shop-api-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_shows_both_and_touches_nothing() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        let planned = t.preview(1).arg("--dry-run").await;
        planned.succeeds().touches_nothing();
        assert!(!planned.stdout.contains(".invalid"), "{planned}");
        let lines = planned.stdout.lines();
        let told: Vec<&str> = lines
            .filter(|line| line.contains("---") || line.contains("${apps"))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @"
        --- # front
          value: ${apps.api.url}
        --- # api
        ");
        planned.says("front: The URL of `api` is known once that app is deployed");
        let summary = planned.summary();
        assert!(
            summary.contains("shop-front-pr-1") && summary.contains("shop-api-pr-1"),
            "{summary}"
        );
    })
    .await;
}

#[tokio::test]
async fn killed_in_the_middle_of_the_second_and_run_again_ends_as_if_nothing_had_happened() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        let running = t.preview(1).start().await;
        until("the second app is there", async || {
            (t.app_names().await.len() == 2).then_some(())
        })
        .await;
        running.signal(Signal::SIGKILL);
        running.end().await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
        assert_eq!(t.comments(1).await.len(), 1);
        t.expect_serving("shop-front-pr-1", "second").await;
        let records = records(t).await;
        assert_eq!(records[..2], ["shop-api success", "shop-front success"]);
        assert!(records[2..].iter().all(|it| it.ends_with("inactive")), "{records:?}");
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_run_says_it_of_both() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        let running = t.preview(1).start().await;
        until("an app is there", async || {
            (!t.app_names().await.is_empty()).then_some(())
        })
        .await;
        running.signal(Signal::SIGTERM);
        let cancelled = running.end().await;
        let comment = cancelled.fails_with(143).comment(1);
        assert_eq!(comment.matches("Cancelled |").count(), 2, "{comment}");
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn outputs_are_of_the_first_app_that_was_deployed() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, version("api", "second")).await;
        let preview = t.preview(1).await;
        preview.succeeds();
        assert_eq!(preview.output("url"), t.url_of("shop-api-pr-1").await);
        let apps: serde_json::Value = serde_json::from_str(&preview.output("apps")).unwrap();
        assert_eq!((&apps[0]["key"], &apps[1]["key"]), (&"front".into(), &"api".into()));
    })
    .await;
}
