//! Secrets of an app: from the step, from the live app, or named as missing.

use serde_json::{Value, json};

use crate::harness::{Change, GITHUB_TOKEN, Tester, run_with, spec};

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
            let stopped = t.deploy().await;
            insta::assert_snapshot!(t.log(stopped.fails_with(2).touches_nothing()), @"
            ::error file=.do/app.yaml,line=15,col=9::.do/app.yaml:15:9: 2 secrets have no value: `STRIPE_KEY` (web), `MAIL_KEY` (web)%0Ahint: set them in the step's `env:`, such as `STRIPE_KEY: ${{ secrets.STRIPE_KEY }}`; production has no value for them either
            ");
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
            insta::assert_snapshot!(t.log(stopped.fails_with(2).touches_nothing()), @"
            ::error file=.do/app.yaml,line=15,col=9::.do/app.yaml:15:9: a secret has no value: `STRIPE_KEY` (web)%0Ahint: set it in the step's `env:`, such as `STRIPE_KEY: ${{ secrets.STRIPE_KEY }}`; production has no value for it either
            ");
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
            insta::assert_snapshot!(t.log(stopped.fails_with(2).touches_nothing()), @"
            ::error file=.do/app.yaml,line=19,col=9::.do/app.yaml:19:9: a secret has no value: `MAIL_KEY` (web), whose value in the file is a placeholder%0Ahint: set it in the step's `env:`, such as `MAIL_KEY: ${{ secrets.MAIL_KEY }}`; production has no value for it either
            ");
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

#[tokio::test]
async fn the_runs_own_tokens_are_handed_to_no_app() {
    let wanting = with_secrets()
        .replace("STRIPE_KEY", "GITHUB_TOKEN")
        .replace("MAIL_KEY", "DIGITALOCEAN_ACCESS_TOKEN");
    run_with(Change::whole_app("first").spec(&wanting), async |t: &mut Tester| {
        let stopped = t.deploy().await;
        stopped
            .fails_with(2)
            .touches_nothing()
            .says("2 secrets have no value")
            .says("`GITHUB_TOKEN` in this step is the run's own, which no app gets")
            .says("below `[production.env]` in do-deploy.toml let `GITHUB_TOKEN` be `{ from = \"APP_GITHUB_TOKEN\" }`");
    })
    .await;
}

#[tokio::test]
async fn an_app_keeps_its_own_token_of_the_same_name() {
    let wanting = with_secrets()
        .replace("STRIPE_KEY", "GITHUB_TOKEN")
        .replace("MAIL_KEY", "DEPLOY_TOKEN");
    let config = "[production.env]\nGITHUB_TOKEN = { from = \"APP_GITHUB_TOKEN\" }\n";
    run_with(
        Change::whole_app("first").spec(&wanting).config(config),
        async |t: &mut Tester| {
            let (github, deploy) = (t.secret("GITHUB"), t.secret("DEPLOY"));
            t.deploy()
                .env("APP_GITHUB_TOKEN", &github)
                .env("DEPLOY_TOKEN", &deploy)
                .await
                .succeeds();
            let before = t.app("shop").await;
            t.push("main", Change::whole_app("second").spec(&wanting).config(""));
            let kept = t.deploy().env("DEPLOY_TOKEN", GITHUB_TOKEN).await;
            kept.succeeds()
                .says("kept the secret `GITHUB_TOKEN` of service `web`")
                .says("kept the secret `DEPLOY_TOKEN` of service `web`");
            let after = t.app("shop").await;
            for key in ["GITHUB_TOKEN", "DEPLOY_TOKEN"] {
                assert_eq!(service_env(&after, key)["value"], service_env(&before, key)["value"]);
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_dry_run_shows_no_credential_that_only_the_live_app_has() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.begin_change_in_panel("shop", |spec| {
            let envs = spec["services"][0]["envs"].as_array_mut().expect("a list");
            for (key, value) in [
                ("ADMIN_PASSWORD", "panel-pw-99"),
                ("LONG_PASSWORD", "panel-pw-99-longer"),
                ("API_KEY", "pan3lkey1"),
                ("MAIL", "smtp://no-reply@acme.io:panel-pw@smtp.acme.io"),
            ] {
                envs.push(json!({"key": key, "scope": "RUN_TIME", "value": value}));
            }
            spec["services"][0]["run_command"] = json!("do-deploy demo-app serve --token pan3lcmd");
        })
        .await;
        let planned = t.deploy().arg("--dry-run").await;
        planned.succeeds().says("ADMIN_PASSWORD").says("serve --token ***");
        assert!(!planned.shown().contains("pan"), "{}", planned.shown());
    })
    .await;
}
