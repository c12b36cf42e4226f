//! What an update does to single envs is said by key: a secret given anew, an env that the file lacks.

use serde_json::{Value, json};

use crate::harness::{Change, Tester, run_with, spec};

/// The notes service with two secrets without a value.
fn with_secrets() -> Change {
    with_secrets_and("first", "")
}

/// `env`: one more, on a line of its own.
fn with_secrets_and(label: &str, env: &str) -> Change {
    let secrets = "http_path: /health\n    envs:\n      - {key: STRIPE_KEY, scope: RUN_TIME, type: SECRET}\n      - {key: MAIL_KEY, scope: RUN_TIME, type: SECRET}\n";
    Change::whole_app(label).spec(&spec("http_path: /health\n    envs:\n", &format!("{secrets}{env}")))
}

#[tokio::test]
async fn secrets_that_the_step_gives_are_named() {
    run_with(with_secrets(), async |t: &mut Tester| {
        let (stripe, mail) = (t.secret("STRIPE_KEY"), t.secret("MAIL_KEY"));
        let first = t.deploy().env("STRIPE_KEY", &stripe).env("MAIL_KEY", &mail).await;
        first
            .succeeds()
            .says("secrets from this step: `MAIL_KEY`, `STRIPE_KEY`: they are set in the step's environment");
        let again = t.deploy().env("STRIPE_KEY", &stripe).await;
        again.succeeds().says(
            "secrets from this step: `STRIPE_KEY`: the live app has a value already, and this step's takes its place",
        );
        assert!(
            again.summary().contains("secrets from this step: `STRIPE_KEY`"),
            "{}",
            again.summary()
        );
        t.deploy().await.succeeds().does_not_say("secrets from this step");
        t.push(
            "main",
            Change::version("second").config("[production.env]\nMAIL_KEY = { from = \"MAIL_LIVE\" }\n"),
        );
        let given = t.deploy().env("MAIL_LIVE", &mail).await;
        given
            .succeeds()
            .says("secrets from this step: `MAIL_KEY`: the live app has a value already");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_names_the_secrets_that_are_given_anew() {
    run_with(with_secrets(), async |t: &mut Tester| {
        let (stripe, mail) = (t.secret("STRIPE_KEY"), t.secret("MAIL_KEY"));
        t.deploy()
            .env("STRIPE_KEY", &stripe)
            .env("MAIL_KEY", &mail)
            .await
            .succeeds();
        let same = t.deploy().arg("--dry-run").await;
        same.succeeds()
            .says("The spec of `shop` stays as it is")
            .does_not_say("but for");
        let given = t.deploy().arg("--dry-run").env("STRIPE_KEY", &stripe).await;
        given.succeeds().says(
            "The spec of `shop` stays as it is, but for secrets that are given a value: `STRIPE_KEY` of service `web`",
        );
        t.push(
            "main",
            with_secrets_and("second", "      - {key: LEVEL, value: debug}\n"),
        );
        let moved = t.deploy().arg("--dry-run").env("MAIL_KEY", &mail).await;
        moved
            .succeeds()
            .says("Secrets that are given a value, which the difference does not show: `MAIL_KEY` of service `web`");
    })
    .await;
}

#[tokio::test]
async fn an_env_that_was_added_in_the_console_is_not_removed_without_a_word() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let flag = json!({ "key": "FLAG", "value": "on", "scope": "RUN_TIME" });
        let add = |spec: &mut Value| spec["services"][0]["envs"].as_array_mut().unwrap().push(flag);
        t.change_in_panel("shop", add).await;
        let dry = t.deploy().arg("--dry-run").await;
        dry.succeeds()
            .says("removed env `FLAG` of service `web`: the file does not have it");
        let removed = t.deploy().await;
        removed
            .succeeds()
            .says("removed env `FLAG` of service `web`: the file does not have it");
        assert!(
            removed.summary().contains("removed env `FLAG`"),
            "{}",
            removed.summary()
        );
        t.deploy().await.succeeds().does_not_say("removed");
    })
    .await;
}
