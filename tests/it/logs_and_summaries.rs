//! What a run says from its first line to its last: the log and the summary of each ending as people read them.

use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, without_job};

#[tokio::test]
async fn a_preview_that_is_ready() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        let run = t.preview(1).await;
        run.succeeds();
        assert_snapshot!(t.log(&run), @"
        ::group::Plan
        The preview's database: SQLite (previews never use production's database; a file on the instance's disk costs nothing)
        ::endgroup::
        ::group::Build
        Creating the preview `shop-pr-1`
        Deployment [id] has begun
        ::endgroup::
        ::group::Deploy
        ::endgroup::
        ::group::Build log
        checking out [commit feature] of org/shop
        no `requirements.txt` and no `package.json`: only the build command runs
        build complete
        ::endgroup::
        ::group::Checks
        Checking the built commit, the platform's health check and a request from outside
        http://127.0.0.1:[port]/health: 200
        ::endgroup::
        pr-1 is ready: http://127.0.0.1:[port]
        ");
        assert_snapshot!(t.redact(run.summary()), @r#"
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        What is different from production's spec:

        | Change | Why |
        |---|---|
        | `web` is built from `feature-1` | the pull request's branch |
        | `migrate` is built from `feature-1` | the pull request's branch |
        | runs the command of job `migrate` in the service, before `web` starts | a job's disk is not the service's |
        | `web` has 30s more before its first health check | its start includes the migration |
        | uses SQLite | previews never use production's database; a file on the instance's disk costs nothing |
        | sleeps when unused | after a day, because a wake starts with a fresh disk; `sleep = "1h"` saves up to $0.16 a day |
        | called `shop-pr-1` | every pull request has an app of its own |
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_failed() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        t.preview(1).await.succeeds();
        t.push_broken(1);
        let run = t.preview(1).await;
        run.fails_with(1);
        assert_snapshot!(t.log(&run), @"
        ::error::`web` did not start: the program ended with an error (exit code 1)%0Ahint: read the last lines of its log; often a setting is missing or the command is wrong
        ::group::Plan
        The preview's database: SQLite (previews never use production's database; a file on the instance's disk costs nothing)
        ::endgroup::
        ::group::Build
        Updating the preview `shop-pr-1`
        Deployment [id] has begun
        ::endgroup::
        ::group::Deploy
        ::endgroup::
        ::group::Build log
        checking out [commit broken] of org/shop
        no `requirements.txt` and no `package.json`: only the build command runs
        build complete
        ::endgroup::
        ::group::The last lines of its log
        KeyError: 'SHOP_SECRET' is missing
        the service cannot start
        ::endgroup::
        ");
        assert_snapshot!(t.redact(run.summary()), @r#"
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]); [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; [`[feature]`](https://github.com/org/shop/commit/[commit feature]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --deployment [id]` prints it

        What would be different from production's spec:

        | Change | Why |
        |---|---|
        | `web` is built from `feature-1` | the pull request's branch |
        | `migrate` is built from `feature-1` | the pull request's branch |
        | runs the command of job `migrate` in the service, before `web` starts | a job's disk is not the service's |
        | `web` has 30s more before its first health check | its start includes the migration |
        | uses SQLite | previews never use production's database; a file on the instance's disk costs nothing |
        | sleeps when unused | after a day, because a wake starts with a fresh disk; `sleep = "1h"` saves up to $0.16 a day |
        | called `shop-pr-1` | every pull request has an app of its own |
        "#);
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_is_removed() {
    run(async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        let run = t.auto_pull_request(1, "closed").await;
        run.succeeds();
        assert_snapshot!(t.log(&run), @"
        Event: `pull_request` (`closed`, merged or not)
        Chosen: teardown of pull request 1's preview (pull request 1 was closed)
        Removing the preview `shop-pr-1`
        ::group::Removal
        `shop-pr-1` is gone
        ::endgroup::
        pr-1 is removed
        ");
        assert_snapshot!(t.redact(run.summary()), @"
        ### 🗑️ Removed: shop-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | 🗑️ Removed | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        The preview and its data are gone
        ");
        assert_snapshot!(t.redact(run.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### 🗑️ Removed: shop-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | 🗑️ Removed | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        The preview and its data are gone
        ");
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_is_skipped() {
    let first = Change::whole_app("first").config("[preview]\nlabel = \"preview\"\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        t.patch_pr(1, json!({ "draft": true })).await;
        let run = t.preview(1).await;
        run.succeeds();
        assert_snapshot!(t.log(&run), @"::notice::No preview of pull request 1: the pull request is a draft; it gets a preview when it is ready for review");
        assert_snapshot!(t.redact(run.summary()), @"
        ### ⏭️ Skipped: preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | pr-1 | ⏭️ Skipped | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        - No preview: the pull request is a draft; it gets a preview when it is ready for review
        ");
        assert_snapshot!(t.redact(run.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ⏭️ Skipped: preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | pr-1 | ⏭️ Skipped | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        - No preview: the pull request is a draft; it gets a preview when it is ready for review
        ");
    })
    .await;
}

#[tokio::test]
async fn production_that_is_ready() {
    run(async |t: &mut Tester| {
        let run = t.deploy().await;
        run.succeeds();
        assert_snapshot!(t.log(&run), @"
        ::group::Plan
        ::endgroup::
        ::group::Build
        Creating `shop`
        Deployment [id] has begun
        ::endgroup::
        ::group::Deploy
        ::endgroup::
        ::group::Build log
        migrate  checking out [commit first] of org/shop
        migrate  no `requirements.txt` and no `package.json`: only the build command runs
        migrate  build complete
        web  checking out [commit first] of org/shop
        web  no `requirements.txt` and no `package.json`: only the build command runs
        web  build complete
        ::endgroup::
        ::group::Checks
        Checking the built commit, the platform's health check and a request from outside
        http://127.0.0.1:[port]/health: 200
        ::endgroup::
        production is ready: http://127.0.0.1:[port]
        ");
        assert_snapshot!(t.redact(run.summary()), @"
        ### ✅ Ready: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Costs $5.00 a month
        ");
        let again = t.auto_push("main").await;
        again.succeeds();
        assert_snapshot!(t.log(&again), @"
        ::notice::Not deployed to production: `[first]` serves already; `do-deploy redeploy` deploys it again
        Event: `push` (a branch that an environment is deployed from: by default `production` from the default branch)
        Chosen: deploy production (production is deployed from `main`)
        ");
        assert_snapshot!(t.redact(again.summary()), @"Not deployed: `[first]` serves already; `do-deploy redeploy` deploys it again");
    })
    .await;
}

#[tokio::test]
async fn production_that_failed() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push_broken("main");
        let run = t.deploy().await;
        run.fails_with(1);
        assert_snapshot!(t.log(&run), @"
::error::`web` did not start: the program ended with an error (exit code 1)%0Ahint: read the last lines of its log; often a setting is missing or the command is wrong
::group::Plan
::endgroup::
::group::Build
Updating `shop`
Deployment [id] has begun
::endgroup::
::group::Deploy
::endgroup::
::group::Build log
migrate  checking out [commit broken] of org/shop
migrate  no `requirements.txt` and no `package.json`: only the build command runs
migrate  build complete
web  checking out [commit broken] of org/shop
web  no `requirements.txt` and no `package.json`: only the build command runs
web  build complete
::endgroup::
`[first]` still serves
::group::The last lines of its log
KeyError: 'SHOP_SECRET' is missing
the service cannot start
::endgroup::
");
    })
    .await;
}

#[tokio::test]
async fn production_that_was_rolled_back_automatically() {
    let first = Change::whole_app("first").spec(&without_job());
    run_with(first, async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").config(FAILING_CHECK));
        let run = t.deploy().await;
        run.fails_with(1);
        assert_snapshot!(t.log(&run), @"
        ::error::`http://127.0.0.1:[port]/nowhere` does not answer as expected: 404 instead of 200%0Ahint: read what the app logs when it is asked: `do-deploy logs --environment production --deployment [id]`
        ::group::Plan
        ::endgroup::
        ::group::Build
        Updating `shop`
        Deployment [id] has begun
        ::endgroup::
        ::group::Deploy
        ::endgroup::
        ::group::Build log
        checking out [commit second] of org/shop
        no `requirements.txt` and no `package.json`: only the build command runs
        build complete
        ::endgroup::
        ::group::Checks
        Checking the built commit, the platform's health check and a request from outside
        http://127.0.0.1:[port]/health: 200
        http://127.0.0.1:[port]/nowhere: 404
        ::endgroup::
        ::group::Rollback
        Rolling back to deployment [id]
        Asking the version that is live whether it works
        http://127.0.0.1:[port]/health: 200
        ::endgroup::
        production ran this version from [time] to [time] UTC
        `[first]` serves now
        Rolled back to deployment [id]
        Data was not rolled back
        ");
        assert_snapshot!(t.redact(run.summary()), @"
        ### ❌ Failed: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `http://127.0.0.1:[port]/nowhere` does not answer as expected: 404 instead of 200

        [`[second]`](https://github.com/org/shop/commit/[commit second]) was live from [time] to [time] UTC; [`[first]`](https://github.com/org/shop/commit/[commit first]) serves now

        **Next:** read what the app logs when it is asked: `do-deploy logs --environment production --deployment [id]`

        - Rolled back to deployment [id]
        - Data was not rolled back

        Costs $5.00 a month
        ");
    })
    .await;
}

#[tokio::test]
async fn production_that_a_person_rolled_back() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        let run = t.command(["rollback"]).await;
        run.succeeds();
        assert_snapshot!(t.log(&run), @"
        ::group::Rollback
        Rolling `shop` back to [first]
        Deployment [id] has begun
        ::endgroup::
        ::group::Build
        ::endgroup::
        ::group::Deploy
        ::endgroup::
        ::group::Checks
        Checking the built commit, the platform's health check and a request from outside
        http://127.0.0.1:[port]/health: 200
        ::endgroup::
        production is ready: http://127.0.0.1:[port]
        ");
        assert_snapshot!(t.redact(run.summary()), @"
        ### ✅ Ready: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        <details><summary>1 note</summary>

        - The app is pinned: pushes are skipped until `do-deploy deploy --environment production --release` deploys the branch again. Data was not rolled back

        </details>
        ");
    })
    .await;
}
