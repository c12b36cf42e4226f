//! What a preview's spec makes of production's: branch, size, database, secrets.

use crate::harness::{Change, Tester, run, run_with, spec};

#[tokio::test]
async fn builds_the_pull_requests_branch_and_leaves_the_trigger_to_us() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let github = t.app("shop-pr-1").await["spec"]["services"][0]["github"].clone();
        assert_eq!(github["branch"], "feature-1");
        assert_ne!(github["deploy_on_push"], true);
    })
    .await;
}

#[tokio::test]
async fn has_one_small_instance_and_neither_domains_nor_alerts() {
    holds!("an app", ["spend money"]);
    let big = spec(
        "instance_count: 1\n    instance_size_slug: apps-s-1vcpu-0.5gb",
        "instance_count: 3\n    instance_size_slug: apps-s-1vcpu-2gb",
    );
    let big = big.replace(
        "services:",
        "domains:\n  - domain: shop.example.com\n    type: PRIMARY\nalerts:\n  - rule: DEPLOYMENT_FAILED\nservices:",
    );
    run_with(Change::whole_app("first").spec(&big), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let spec = t.app("shop-pr-1").await["spec"].clone();
        assert_eq!(spec["services"][0]["instance_count"], 1);
        assert_ne!(spec["services"][0]["instance_size_slug"], "apps-s-1vcpu-2gb");
        assert!(spec["domains"].is_null() && spec["alerts"].is_null(), "{spec:#}");
    })
    .await;
}

#[tokio::test]
async fn replaces_a_database_by_sqlite() {
    let postgres = spec("value: sqlite:////tmp/notes.db", "value: ${db.DATABASE_URL}")
        + "databases:\n  - name: db\n    engine: PG\n    version: \"16\"\n";
    run_with(Change::whole_app("first").spec(&postgres), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let app = t.app("shop-pr-1").await;
        assert!(app["spec"]["databases"].is_null(), "{app:#}");
        let envs = app["spec"]["services"][0]["envs"].as_array().unwrap();
        let url = envs.iter().find(|env| env["key"] == "DATABASE_URL").unwrap();
        assert!(url["value"].as_str().unwrap().starts_with("sqlite:///"), "{url}");
    })
    .await;
}

#[tokio::test]
async fn never_gets_productions_secrets_and_says_which() {
    holds!("a writer", ["read a secret"]);
    holds!("an app", ["read a secret"]);
    let secret = spec(
        "    envs:\n      - key: DATABASE_URL",
        "    envs:\n      - key: STRIPE_KEY\n        type: SECRET\n      - key: DATABASE_URL",
    );
    run_with(Change::whole_app("first").spec(&secret), async |t: &mut Tester| {
        let stripe = t.secret("STRIPE_KEY");
        t.open_pr(1).await;
        t.preview(1)
            .env("STRIPE_KEY", &stripe)
            .await
            .succeeds()
            .says("STRIPE_KEY")
            .says("Not set in previews");
        let envs = t.app("shop-pr-1").await["spec"]["services"][0]["envs"].to_string();
        assert!(!envs.contains("STRIPE_KEY"), "{envs}");
    })
    .await;
}

#[tokio::test]
async fn gets_the_envs_that_its_own_table_names() {
    let config =
        "[preview]\nenv = { API_KEY = { from = \"PREVIEW_API_KEY\" }, JWT_SECRET = \"generate\", FLAG = \"on\" }\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        let key = t.secret("PREVIEW_API_KEY");
        t.open_pr(1).await;
        t.preview(1).env("PREVIEW_API_KEY", &key).await.succeeds();
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        for name in ["API_KEY", "JWT_SECRET", "FLAG"] {
            assert!(spec.contains(name), "{name} is not in {spec}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_printed_as_hidden_is_not_sent() {
    let envs = "    envs:\n      - {key: EMAIL_URL, scope: RUN_TIME, value: 'smtp://no-reply@acme.io:hunter33@smtp.acme.io:587'}\n      \
                - {key: METRICS, scope: RUN_TIME, value: 'bob:hunter55@metrics.acme.io:9090'}\n      \
                - {key: MAILER, scope: RUN_TIME, value: 'smtp://app:hun/ter22@smtp.acme.io'}\n      \
                - {key: ADMIN_PASSWORD, scope: RUN_TIME, value: hunter22/hunter22}\n      \
                - {key: NEUTRAL, scope: RUN_TIME, value: 'x hunter22%2Fhunter22'}\n";
    let leaking = spec("    envs:\n", envs);
    run_with(Change::whole_app("first").spec(&leaking), async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        preview
            .succeeds()
            .says("Not set in previews: `EMAIL_URL`, `METRICS`, `MAILER`, `ADMIN_PASSWORD`, `NEUTRAL`");
        let sent = serde_json::to_string(&t.bodies("POST", "/v2/apps")).expect("JSON");
        assert!(!sent.contains("hun"), "{sent}");
    })
    .await;
}

#[tokio::test]
async fn credentials_outside_of_envs_are_refused_by_name() {
    for (from, to, place) in [
        (
            "run_command: do-deploy demo-app serve",
            "run_command: do-deploy demo-app serve hunter22hunter22",
            "`run_command` of `web` holds a value that is secret in the app spec",
        ),
        (
            "http_path: /health",
            "http_path: /health?token=hunter44",
            "`http_path` of `web` holds a credential",
        ),
        (
            "services:\n",
            "ingress:\n  rules:\n    - match: {path: {prefix: /old}}\n      redirect: {uri: '/?token=hunter44'}\nservices:\n",
            "`uri` of the app holds a credential",
        ),
    ] {
        let leaking = spec(from, to).replacen(
            "    envs:\n",
            "    envs:\n      - {key: ADMIN_PASSWORD, scope: RUN_TIME, value: hunter22hunter22}\n",
            1,
        );
        run_with(Change::whole_app("first").spec(&leaking), async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).await.fails_with(2).says(place);
            assert!(t.bodies("POST", "/v2/apps").is_empty(), "no app is created");
        })
        .await;
    }
}

const SECRET: &str = "    envs:\n      - key: STRIPE_KEY\n        type: SECRET\n        value: EV[1:aaaaaaaaaaaaaaaaaaaaaaaa:first]\n      - key: ADMIN_PASSWORD\n        value: panel-pw-99\n";

#[tokio::test]
async fn a_pull_request_that_changes_the_app_spec_says_how() {
    let before = spec("    envs:\n", SECRET);
    run_with(Change::whole_app("first").spec(&before), async |t: &mut Tester| {
        t.app_by_hand("shop", |_| {}).await;
        let after = before
            .replacen(
                "EV[1:aaaaaaaaaaaaaaaaaaaaaaaa:first]",
                "EV[1:bbbbbbbbbbbbbbbbbbbbbbbb:other]",
                1,
            )
            .replacen("panel-pw-99", "panel-pw-11", 1)
            .replacen("instance_count: 1", "instance_count: 2", 1);
        t.open_pr_with(1, Change::version("feature").spec(&after)).await;
        let preview = t.preview(1).await;
        insta::assert_snapshot!(t.redact(preview.succeeds().comment(1)), @r#"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        <details><summary>1 note</summary>

        - Not set in previews: `ADMIN_PASSWORD`, `STRIPE_KEY` (set under `[preview] env` in `do-deploy.toml`: previews get none of production's secrets and credentials)

        </details>

        <details><summary>How .do/app.yaml differs from the one on main</summary>

        ```diff
        --- before
        +++ after
        @@ -7,7 +7,7 @@
             branch: main
           run_command: do-deploy demo-app serve
           http_port: 8080
        -  instance_count: 1
        +  instance_count: 2
           instance_size_slug: apps-s-1vcpu-0.5gb
           health_check:
             http_path: /health
        @@ -16,7 +16,7 @@
             type: SECRET
             value: "***"
           - key: ADMIN_PASSWORD
        -    value: "***"
        +    value: "*** (another value)"
           - key: DATABASE_URL
             scope: RUN_TIME
             value: sqlite:////tmp/notes.db
        ```

        </details>

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        "#);
        let asked: Vec<String> = preview.requests();
        let production = t.app("shop").await["id"].as_str().unwrap().to_owned();
        assert!(!asked.iter().any(|request| request.contains(&production)), "{asked:#?}");
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_that_lags_behind_does_not_change_the_app_spec() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let later = spec("instance_count: 1", "instance_count: 2");
        t.push("main", Change::version("later").spec(&later));
        let preview = t.preview(1).await;
        let comment = preview.succeeds().comment(1);
        assert!(!comment.contains("instance_count"), "{comment}");
    })
    .await;
}

#[tokio::test]
async fn a_hand_written_preview_spec_is_the_one_that_is_deployed() {
    let by_hand = spec("name: shop", "name: by-hand");
    let app = Change::whole_app("first")
        .file("preview.yaml", &by_hand)
        .config("[preview]\nspec = \"preview.yaml\"\n");
    run_with(app, async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["by-hand-pr-1"]);
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_size_that_the_platform_does_not_know_is_refused_before_anything_exists() {
    run_with(
        Change::whole_app("first").config("[preview]\nsize = \"huge\"\n"),
        async |t: &mut Tester| {
            t.open_pr(1).await;
            t.tolerate("huge");
            let refused = t.preview(1).await;
            refused.fails_with(2).says("do-deploy.toml");
            let changes = refused.changes();
            assert!(
                changes
                    .iter()
                    .all(|call| call.contains("/issues/1/comments") || call.contains("/propose")),
                "{changes:?}"
            );
            assert_eq!(t.app_names().await, Vec::<String>::new());
        },
    )
    .await;
}
