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
