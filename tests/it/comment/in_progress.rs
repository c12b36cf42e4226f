//! What the comment says while a deployment is under way, and which commands it offers.

use super::ours;
use crate::harness::{Change, Gate, Tester, built_at, run_with, spec, until};

/// The app whose build waits at a gate.
fn slow(version: &str, gate: &Gate) -> Change {
    let built = built_at(gate);
    Change::whole_app(version).spec(&built)
}

#[tokio::test]
async fn the_comment_says_what_step_since_when_how_long_the_last_one_took_and_what_serves() {
    let (first, second) = (Gate::closed().await, Gate::closed().await);
    run_with(slow("first", &first), async |t: &mut Tester| {
        t.open_pr_with(1, "feature").await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        let building = ours(t, 1).await;
        assert!(!building.contains("took"), "there was no earlier deployment: {building}");
        t.advance(90).await;
        drop(first);
        running.end().await.succeeds();
        t.push(1, slow("second", &second));
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        let building = until("the step is written", async || {
            let comment = ours(t, 1).await;
            comment.contains("`web`").then_some(comment)
        })
        .await;
        assert!(building.contains("; the last deployment took 1m 3"), "{building}");
        insta::assert_snapshot!(t.redact(&building), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### 🔨 Building: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | 🔨 Building | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        `web`: building service, under way since [time]; the last deployment took [time]

        [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves until [`[second]`](https://github.com/org/shop/commit/[commit second]) is ready

        <details><summary>How .do/app.yaml differs from the one on main</summary>

        ```diff
        --- before
        +++ after
        @@ -5,7 +5,7 @@
           github:
             repo: org/shop
             branch: main
        -  build_command: bash -c 'cat < /dev/tcp/127.0.0.1/[port]' || true
        +  build_command: bash -c 'cat < /dev/tcp/127.0.0.1/[port]' || true
           run_command: do-deploy demo-app serve
           http_port: 8080
           instance_count: 1
        ```

        </details>

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite
        ");
        drop(second);
        running.end().await.succeeds();
        assert!(!ours(t, 1).await.contains("under way"));
    })
    .await;
}

#[tokio::test]
async fn the_commands_stand_in_the_comment_where_a_workflow_answers_comments() {
    const OWN: &str = "org/shop/.github/workflows/preview.yml@refs/pull/1/merge";
    let workflow = |events: &str| format!("on: [{events}]\njobs: {{}}\n");
    let (quiet, answering) = (workflow("pull_request"), workflow("pull_request, issue_comment"));
    for (file, text, offered) in [
        ("do-deploy-redeploy.yml", &answering, true),
        ("preview.yml", &answering, true),
        ("preview.yml", &quiet, false),
        ("another.yml", &answering, false),
    ] {
        let first = Change::whole_app("first").file(&format!(".github/workflows/{file}"), text);
        run_with(first, async |t: &mut Tester| {
            t.open_pr(1).await;
            let preview = t.preview(1).env("GITHUB_WORKFLOW_REF", OWN).await;
            let comment = preview.succeeds().comment(1);
            let is_offered = comment.contains("- `/redeploy [force-build]` deploys the preview again");
            assert_eq!(is_offered, offered, "{file}: {comment}");
            assert!(!preview.summary().contains("/redeploy"), "{preview}");
        })
        .await;
    }
}

#[tokio::test]
async fn each_public_component_has_a_row_where_there_are_several() {
    let two = spec(
        "jobs:\n",
        "static_sites:\n  - name: docs\n    github: {repo: org/shop, branch: main}\n    output_dir: pages\n    routes: [{path: /docs}]\njobs:\n",
    );
    let two = two.replace("    health_check:\n", "    routes: [{path: /}]\n    health_check:\n");
    let first = Change::whole_app("first").spec(&two).file("pages/index.html", "Docs\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        let comment = preview.succeeds().comment(1);
        insta::assert_snapshot!(t.redact(comment), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1, web](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |
        | [Open shop-pr-1, docs](http://127.0.0.1:[port]/docs) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        ");
    })
    .await;
}
