//! A deployment that failed may have cost the version that is live its database: that version is asked before anything
//! is said of it.

use crate::harness::{Change, Tester, run_with, without_job};

/// Serves its notes without a look at its database.
const ONLY_HAS_DATABASE: &str = "DATABASE_URL=sqlite:////tmp/notes.db exec do-deploy demo-app serve\n";

/// Serves its notes until the connection to its database breaks.
const NEEDS_DATABASE: &str = r#"
(exec 3<>"/dev/tcp/$PLACE/$GATE"; cat <&3; rm -f "$NOTES"; mkdir "$NOTES") &
DATABASE_URL="sqlite:///$NOTES" exec do-deploy demo-app serve
"#;

/// The notes service with a development database, which it needs or only has.
fn with_database(is_needed: bool) -> String {
    let envs = "    envs:
      - {key: NOTES, value: /tmp/notes.db}
      - {key: PLACE, value: \"${db.HOSTNAME}\"}
      - {key: GATE, value: \"${db.PORT}\"}
";
    let spec = without_job() + "databases:\n  - {name: db, engine: PG}\n";
    match is_needed {
        false => spec,
        true => spec
            .replace("    envs:\n", envs)
            .replace("run_command: do-deploy demo-app serve", "run_command: bash serve.sh"),
    }
}

fn first(is_needed: bool) -> Change {
    Change::whole_app("first")
        .spec(&with_database(is_needed))
        .file("serve.sh", NEEDS_DATABASE)
}

fn broken(spec: &str) -> Change {
    Change::broken("second", "KeyError\n").spec(spec)
}

#[tokio::test]
async fn production_without_its_database_is_not_said_to_keep_serving() {
    run_with(first(true), async |t: &mut Tester| {
        let sha = t.push("main", "before")[..7].to_owned();
        t.deploy().await.succeeds();
        t.push("main", broken(&without_job()));
        let failed = t.deploy().args(["--replace", "databases.db"]).await;
        let said = format!("`{sha}` may not work: its database `db` was destroyed, and ");
        failed
            .fails_with(1)
            .says(&said)
            .does_not_say("still serves")
            .does_not_say("keeps serving");
        let summary = failed.summary();
        insta::assert_snapshot!(t.redact(summary), @r#"
        ### ❌ Failed: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[before]`](https://github.com/org/shop/commit/[commit before]) may not work |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; [`[before]`](https://github.com/org/shop/commit/[commit before]) may not work: its database `db` was destroyed, and `http://127.0.0.1:[port]/health` does not answer as expected: 500 instead of 200 to 399

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment production --deployment [id]` prints it

        - Destroyed the development database `db` with its data, as agreed

        <details><summary>How the spec of shop differs from what was live before</summary>

        ```diff
        --- before
        +++ after
        @@ -5,28 +5,16 @@
           github:
             repo: org/shop
             branch: main
        -  run_command: bash serve.sh
        +  run_command: do-deploy demo-app serve
           http_port: 8080
           instance_count: 1
           instance_size_slug: apps-s-1vcpu-0.5gb
           health_check:
             http_path: /health
           envs:
        -  - key: NOTES
        -    value: /tmp/notes.db
        -    scope: RUN_AND_BUILD_TIME
        -  - key: PLACE
        -    value: ${db.HOSTNAME}
        -    scope: RUN_AND_BUILD_TIME
        -  - key: GATE
        -    value: ${db.PORT}
        -    scope: RUN_AND_BUILD_TIME
           - key: DATABASE_URL
        +    value: sqlite:////tmp/notes.db
             scope: RUN_TIME
        -    value: sqlite:////tmp/notes.db
        -databases:
        -- name: db
        -  engine: PG
         envs:
         - key: DO_DEPLOY_REPOSITORY
           value: "1000001"
        ```

        </details>

        Costs $5.00 a month

        How the app spec was prepared:

        | Change | Why |
        |---|---|
        | removed env `NOTES` of service `web` | the file does not have it |
        | removed env `PLACE` of service `web` | the file does not have it |
        | removed env `GATE` of service `web` | the file does not have it |
        | agreed to destroy the development database `db` with its data | the file does not have it (`--replace databases.db`) |
        "#);
        let shown = t.deployments("production").await;
        let description = shown.first().map(ToString::to_string).unwrap_or_default();
        assert!(description.contains(&format!("{sha} may not work")), "{shown:#?}");
        let apps = failed.output("apps");
        assert!(apps.contains(r#""works":false"#), "{apps}");
    })
    .await;
}

#[tokio::test]
async fn production_that_answers_without_its_database_is_said_to() {
    run_with(first(false), async |t: &mut Tester| {
        let sha = t.push("main", "before")[..7].to_owned();
        t.deploy().await.succeeds();
        t.push("main", broken(&without_job()));
        let failed = t.deploy().args(["--replace", "databases.db"]).await;
        let said = format!("`{sha}` keeps serving and answers as expected, although its database `db` was destroyed");
        failed.fails_with(1).says(&said);
        let apps = failed.output("apps");
        assert!(apps.contains(r#""works":true"#), "{apps}");
        t.expect_serving("shop", "before").await;
    })
    .await;
}

#[tokio::test]
async fn a_deployment_that_took_nothing_asks_nothing() {
    run_with(first(false), async |t: &mut Tester| {
        let sha = t.push("main", "before")[..7].to_owned();
        t.deploy().await.succeeds();
        t.push("main", broken(&with_database(false)));
        let failed = t.deploy().await;
        failed
            .fails_with(1)
            .says(&format!("`{sha}` still serves"))
            .does_not_say("was destroyed");
        assert!(!failed.output("apps").contains("works"));
    })
    .await;
}

#[tokio::test]
async fn a_preview_without_its_database_is_not_said_to_serve() {
    for (is_needed, said) in [
        (true, " may not work: its database `db` was destroyed, and "),
        (
            false,
            " keeps serving and answers as expected, although its database `db` was destroyed",
        ),
    ] {
        let script = if is_needed { NEEDS_DATABASE } else { ONLY_HAS_DATABASE };
        let with = Change::version("second")
            .spec(&with_database(true))
            .file("serve.sh", script);
        let dev = "[preview]\ndatabase = \"dev\"\n";
        run_with(Change::whole_app("first"), async move |t: &mut Tester| {
            t.open_pr_with(1, with.config(dev)).await;
            t.preview(1).await.succeeds();
            t.push(
                1,
                broken(&with_database(true)).config("[preview]\ndatabase = \"none\"\n"),
            );
            let failed = t.preview(1).await;
            failed.fails_with(1);
            let comment = t.comment(1).await;
            assert!(comment.contains(said), "{comment}");
            assert!(!comment.contains("still serves"), "{comment}");
            failed.says(said);
        })
        .await;
    }
}

#[tokio::test]
async fn the_refusal_warns_that_the_data_goes_even_if_the_deployment_fails() {
    run_with(first(false), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").spec(&without_job()));
        t.deploy()
            .await
            .fails_with(2)
            .touches_nothing()
            .says("the data goes with the update, even if the deployment then fails");
    })
    .await;
}
