//! What the one comment says of several apps stays true where only some of them get on.

use serde_json::json;

use super::concurrent::service_behind;
use super::previews::{changes_both, records};
use super::{CONFIG, both, broken, manifest, unlinked, version};
use crate::harness::{Change, Gate, Tester, run_with};

#[tokio::test]
async fn what_holds_for_the_whole_run_is_said_once_and_whatever_becomes_of_an_app() {
    run_with(both("first"), async |t: &mut Tester| {
        // The front end waits for the API, which fails.
        let limit = format!("{CONFIG}[preview]\nlimit = 3\n");
        let second = broken("api", "second").file("front/VERSION", "second\n");
        t.open_pr_with(1, second.config(&limit)).await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.fails_with(1).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: shop-front-pr-1 | ⏭️ Skipped | [`[second]`](https://github.com/org/shop/commit/[commit second]) |
        | `api`: shop-api-pr-1 | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        - Not deployed: `api`, which is deployed before it, was not ready

        **shop-api-pr-1**

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; nothing serves yet

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --app api --deployment [id]` prints it

        - `[preview] limit` in `do-deploy.toml` takes effect after the merge: until then `main` decides it
        ");
        t.push(1, version("api", "third").without("api/CRASH"));
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.succeeds().comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop-front, shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: [Open shop-front-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[third]`](https://github.com/org/shop/commit/[commit third]) serves |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[third]`](https://github.com/org/shop/commit/[commit third]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        **shop-api-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        Together $10.00 a month awake, $1.00 asleep

        - `[preview] limit` in `do-deploy.toml` takes effect after the merge: until then `main` decides it
        ");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_someone_else_holds_is_the_end_of_its_app_alone() {
    run_with(both("first"), async |t: &mut Tester| {
        t.somebody_creates("shop-api-pr-1", json!([])).await;
        let config = unlinked();
        t.push("main", Change::version("unlinked").config(&config));
        t.open_pr_with(1, changes_both("second").config(&config)).await;
        let preview = t.preview(1).await;
        preview.fails_with(1);
        insta::assert_snapshot!(t.redact(preview.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: [Open shop-front-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |
        | `api`: shop-api-pr-1 | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        **shop-api-pr-1**

        **Cause:** the name `shop-api-pr-1` is held by an app that is not ours: it does not carry do-deploy's marks, so nothing of it is changed or deleted

        **Next:** rename or delete that app, or rename the app in your app spec
        ");
        t.expect_serving("shop-front-pr-1", "second").await;
        assert_eq!(records(t).await, ["shop-front success"]);
    })
    .await;
}

#[tokio::test]
async fn apps_keep_their_names_and_records_whatever_a_pull_request_calls_them() {
    run_with(both("first"), async |t: &mut Tester| {
        let same = changes_both("second").file("front/app.yaml", &manifest("shop-api", "front"));
        t.open_pr_with(1, same).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
        assert_eq!(records(t).await, ["shop-api success", "shop-front success"]);
        t.expect_serving("shop-front-pr-1", "second").await;
        t.expect_serving("shop-api-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn where_the_apps_are_wrong_together_every_row_says_which_commit_still_serves() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        let circle = format!("{CONFIG}preview.env = {{ FRONT_URL = \"${{apps.front.url}}\" }}\n");
        t.push(1, changes_both("third").config(&circle));
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.fails_with(2).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-api-pr-1, shop-front-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-api-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[third]`](https://github.com/org/shop/commit/[commit third]); [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |
        | [Open shop-front-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[third]`](https://github.com/org/shop/commit/[commit third]); [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-api-pr-1**

        **Cause:** the apps depend on each other in a circle: `front` → `api` → `front`: each is deployed after the next one, because of `after` or of a reference such as `${apps.NAME.url}`

        [`[third]`](https://github.com/org/shop/commit/[commit third]) did not go live; [`[second]`](https://github.com/org/shop/commit/[commit second]) still serves

        **Next:** take out one of them in `do-deploy.toml`

        **shop-front-pr-1**

        [`[third]`](https://github.com/org/shop/commit/[commit third]) did not go live; [`[second]`](https://github.com/org/shop/commit/[commit second]) still serves

        - Not deployed for the same reason
        ");
        t.push(1, changes_both("fourth").config("[apps"));
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.fails_with(2).comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop-api-pr-1, shop-front-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-api-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[fourth]`](https://github.com/org/shop/commit/[commit fourth]); [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |
        | [Open shop-front-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[fourth]`](https://github.com/org/shop/commit/[commit fourth]); [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-api-pr-1**

        **Cause:** unclosed table, expected `]`

        [`[fourth]`](https://github.com/org/shop/commit/[commit fourth]) did not go live; [`[second]`](https://github.com/org/shop/commit/[commit second]) still serves

        At `do-deploy.toml:1:6`

        **Next:** every key, its default and its format are in do-deploy's `reference.toml`

        **shop-front-pr-1**

        [`[fourth]`](https://github.com/org/shop/commit/[commit fourth]) did not go live; [`[second]`](https://github.com/org/shop/commit/[commit second]) still serves

        - Not deployed for the same reason
        ");
        t.expect_serving("shop-front-pr-1", "second").await;
        t.expect_serving("shop-api-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn runs_for_different_apps_at_the_same_time_leave_each_row_true() {
    let gate = Gate::closed().await;
    let config = unlinked();
    run_with(both("first").config(&config), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        let third = changes_both("third").file("front/app.yaml", &service_behind(&gate, "front", "shop-front"));
        t.push(1, third);
        let mut front = t.preview(1).args(["--app", "front"]).start().await;
        front.says("building").await;
        t.preview(1).args(["--app", "api"]).await.succeeds();
        drop(gate);
        front.end().await.succeeds();
        insta::assert_snapshot!(t.redact(&t.comment(1).await), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop-front, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: [Open shop-front-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[third]`](https://github.com/org/shop/commit/[commit third]) serves |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ⏭️ Skipped | [`[third]`](https://github.com/org/shop/commit/[commit third]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        <details><summary>How front/app.yaml differs from the one on main</summary>

        ```diff
        --- before
        +++ after
        @@ -16,3 +16,4 @@
           - key: DATABASE_URL
             scope: RUN_TIME
             value: sqlite:////tmp/notes.db
        +  build_command: bash -c 'cat < /dev/tcp/127.0.0.1/[port]' || true
        ```

        </details>

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        **shop-api-pr-1**

        - Stays as it is: this run is about `front` alone
        ");
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_that_is_closed_in_the_middle_names_the_apps_that_were_made_and_no_other() {
    let gate = Gate::closed().await;
    let first = both("first").file("api/app.yaml", &service_behind(&gate, "api", "shop-api"));
    run_with(first, async |t: &mut Tester| {
        // The front end waits for the API.
        t.open_pr_with(1, changes_both("second")).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        t.close_pr(1).await;
        drop(gate);
        running.end().await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert_eq!(records(t).await, ["shop-api inactive", "shop-front inactive"]);
        insta::assert_snapshot!(t.redact(&t.comment(1).await), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### 🗑️ Removed: shop-api-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-api-pr-1 | 🗑️ Removed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        The preview and its data are gone
        ");
    })
    .await;
}
