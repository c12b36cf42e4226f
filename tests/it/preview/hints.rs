//! The next step after a failure, where what the preview lacks explains it; and an app that is removed meanwhile.

use crate::harness::{Api, Change, Gate, Tester, built_at, run_with, spec};

/// The app whose service ends with these words, and whose production has a secret.
fn failing(words: &str) -> Change {
    let with_secret = spec(
        "    envs:\n",
        "    envs:\n      - key: SHOP_SECRET\n        type: SECRET\n        scope: RUN_TIME\n",
    );
    Change::broken("broken", words)
        .file("do-deploy.toml", "[comment]\nlogs = \"always\"\n")
        .file(".do/app.yaml", &with_secret)
        .file(
            "migrations/001_notes.sql",
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);\n",
        )
}

#[tokio::test]
async fn the_line_that_says_what_went_wrong_is_shown_however_long_its_stack_trace_is() {
    let many = |frame: &str| vec![frame; 80].join("\n");
    let node = format!("TypeError: no such thing\n{}\n", many("    at f (/app/a.js:3:9)"));
    let python = format!(
        "Traceback (most recent call last):\n{}\nLookupError: no such thing\n{}\n",
        many("  File \"a.py\", line 1"),
        many("worker is leaving"),
    );
    for (words, error) in [
        (node, "TypeError: no such thing"),
        (python, "LookupError: no such thing"),
    ] {
        run_with(failing(&words), async |t: &mut Tester| {
            t.open_pr_with(1, Change::version("second")).await;
            let failed = t.preview(1).await;
            failed.fails_with(1).says(error).says("lines left out)");
            let comment = failed.comment(1);
            assert!(comment.contains(&format!("\n{error}\n")), "{comment}");
            assert!(failed.summary().contains(error), "{failed}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_log_that_names_an_unset_secret_leads_to_its_setting() {
    run_with(failing("KeyError: 'SHOP_SECRET'\n"), async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("second")).await;
        let failed = t.preview(1).await;
        let comment = failed.fails_with(1).comment(1);
        let next = "**Next:** the log names `SHOP_SECRET`, which is not set in previews: give it a value under `[preview.env]`";
        assert!(comment.contains(next), "{comment}");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_cannot_run_on_sqlite_is_led_to_the_development_database_and_its_price() {
    for words in [
        "sqlite3.OperationalError: near \"ALTER\": syntax error\n",
        "Error: the URL must start with the protocol `postgresql://`\n",
        "psycopg.OperationalError: connection refused\n",
    ] {
        run_with(failing(words), async |t: &mut Tester| {
            t.open_pr_with(1, Change::version("second")).await;
            let failed = t.preview(1).await;
            failed
                .fails_with(1)
                .says("the preview's database is SQLite")
                .says("`database = \"dev\"`")
                .says("$7 a month");
        })
        .await;
    }
}

#[tokio::test]
async fn any_other_failure_is_not_blamed_on_the_preview() {
    run_with(
        failing("Error: Cannot find module './server'\n"),
        async |t: &mut Tester| {
            t.open_pr_with(1, Change::version("second")).await;
            let failed = t.preview(1).await;
            failed
                .fails_with(1)
                .does_not_say("$7 a month")
                .does_not_say("the log names");
        },
    )
    .await;
}

#[tokio::test]
async fn an_app_that_is_removed_while_its_run_watches_it_is_said_to_be_gone() {
    let gate = Gate::closed().await;
    let slow = built_at(&gate);
    run_with(Change::whole_app("first").spec(&slow), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        let id = t.app("shop-pr-1").await["id"].as_str().unwrap().to_owned();
        t.call(Api::DigitalOcean, "DELETE", &format!("/v2/apps/{id}"), None)
            .await
            .expect(200);
        let run = running.end().await;
        run.fails_with(3)
            .says("::error::the app `shop-pr-1` was removed while this run watched it");
        assert_eq!(run.output("status"), "unknown");
        assert!(!run.shown().contains("rights"), "{run}");
        drop(gate);
    })
    .await;
}
