//! Secrets of an app: from the step, from the live app, or named as missing.

use serde_json::Value;

use crate::harness::{Change, Tester, run_with, spec};

// Secrets

fn with_secrets() -> String {
    let secrets = "health_check:\n      http_path: /health\n    envs:\n      - key: STRIPE_KEY\n        scope: RUN_TIME\n        \
                   type: SECRET\n      - key: MAIL_KEY\n        scope: RUN_TIME\n        type: SECRET\n";
    spec("health_check:\n      http_path: /health\n    envs:\n", secrets)
}

#[tokio::test]
async fn lists_every_missing_secret_at_once_and_touches_nothing() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            t.deploy()
                .await
                .fails_with(2)
                .touches_nothing()
                .says("STRIPE_KEY")
                .says("MAIL_KEY");
        },
    )
    .await;
}

#[tokio::test]
async fn takes_secrets_from_the_steps_environment_and_shows_them_nowhere() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            let (stripe, mail) = (t.secret("STRIPE_KEY"), t.secret("MAIL_KEY"));
            t.deploy()
                .env("STRIPE_KEY", &stripe)
                .env("MAIL_KEY", &mail)
                .await
                .succeeds();
            let app = t.app("shop").await;
            let kept = service_env(&app, "STRIPE_KEY")["value"].as_str().unwrap();
            assert!(kept.starts_with("EV["), "{kept}");
        },
    )
    .await;
}

#[tokio::test]
async fn keeps_the_secrets_that_the_live_app_has() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            let (stripe, mail) = (t.secret("STRIPE_KEY"), t.secret("MAIL_KEY"));
            t.deploy()
                .env("STRIPE_KEY", &stripe)
                .env("MAIL_KEY", &mail)
                .await
                .succeeds();
            t.push("main", "second");
            t.deploy().await.succeeds();
            t.expect_serving("shop", "second").await;
        },
    )
    .await;
}

#[tokio::test]
async fn an_empty_secret_counts_as_missing() {
    run_with(
        Change::whole_app("first").spec(&with_secrets()),
        async |t: &mut Tester| {
            let mail = t.secret("MAIL_KEY");
            let stopped = t.deploy().env("STRIPE_KEY", "").env("MAIL_KEY", &mail).await;
            stopped
                .fails_with(2)
                .touches_nothing()
                .says("STRIPE_KEY")
                .does_not_say("MAIL_KEY");
        },
    )
    .await;
}

#[tokio::test]
async fn a_placeholder_is_not_sent_as_a_secret() {
    let with_placeholders = with_secrets()
        .replace("key: STRIPE_KEY\n", "key: STRIPE_KEY\n        value: ${STRIPE_LIVE}\n")
        .replace("key: MAIL_KEY\n", "key: MAIL_KEY\n        value: <MAIL_KEY>\n");
    run_with(
        Change::whole_app("first").spec(&with_placeholders),
        async |t: &mut Tester| {
            let (stripe, mail) = (t.secret("STRIPE_KEY"), t.secret("MAIL_KEY"));
            let stopped = t.deploy().env("STRIPE_LIVE", &stripe).await;
            stopped
                .fails_with(2)
                .touches_nothing()
                .says("`MAIL_KEY` (web), whose value in the file is a placeholder")
                .says(".do/app.yaml:");
            t.deploy()
                .env("STRIPE_LIVE", &stripe)
                .env("MAIL_KEY", &mail)
                .await
                .succeeds();
            let before = t.app("shop").await;
            t.push("main", "second");
            let kept = t.deploy().await;
            kept.succeeds()
                .says("kept the secret `STRIPE_KEY` of service `web`")
                .says("`STRIPE_LIVE`");
            let after = t.app("shop").await;
            for key in ["STRIPE_KEY", "MAIL_KEY"] {
                assert_eq!(service_env(&after, key)["value"], service_env(&before, key)["value"]);
            }
        },
    )
    .await;
}

fn service_env<'a>(app: &'a Value, key: &str) -> &'a Value {
    let envs = app["spec"]["services"][0]["envs"].as_array().unwrap();
    envs.iter()
        .find(|env| env["key"] == key)
        .unwrap_or_else(|| panic!("no env `{key}` in {envs:#?}"))
}
