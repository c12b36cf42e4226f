//! What is the preview's own: stores beside it, its build's dummies, its driver; and what stays production's.

use serde_json::{Value, json};

use crate::harness::{Change, SPEC, Tester, run_with, spec};

const ENVS: &str = "    envs:\n      - key: DATABASE_URL";

/// The notes service with these lines among its envs.
fn with(envs: &str) -> String {
    let second = SPEC.find("jobs:").expect("the spec has a job");
    spec(ENVS, &format!("    envs:\n{envs}      - key: DATABASE_URL"))
        .get(..second + envs.len())
        .expect("the service comes first")
        .to_owned()
}

fn env(key: &str, value: &str) -> String {
    format!("      - key: {key}\n        value: \"{value}\"\n")
}

async fn sent(t: &Tester, key: &str) -> Value {
    let app = t.app("shop-pr-1").await;
    let envs = app["spec"]["services"][0]["envs"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    envs.into_iter().find(|env| env["key"] == key).unwrap_or_default()
}

/// docs/previews.md, "The database": a `POST_DEPLOY` job that prepares the database runs as a `PRE_DEPLOY` job does.
#[tokio::test]
async fn a_migration_after_the_deployment_runs_where_the_service_runs() {
    for kind in ["    kind: POST_DEPLOY\n", ""] {
        let later = spec("    kind: PRE_DEPLOY\n", kind);
        run_with(Change::whole_app("first").spec(&later), async |t: &mut Tester| {
            t.open_pr(1).await;
            t.preview(1).await.succeeds();
            t.write_note("shop-pr-1", "hello").await;
            assert_eq!(t.visit("shop-pr-1", "GET", "/notes").await.json(), json!(["hello"]));
        })
        .await;
    }
}

#[tokio::test]
async fn a_job_that_leaves_the_database_empty_is_named_in_log_and_comment() {
    let other = spec("    kind: PRE_DEPLOY\n", "    kind: POST_DEPLOY\n").replace(
        "    run_command: do-deploy demo-app migrate\n    instance_size_slug: apps-s-1vcpu-0.5gb\n    envs:\n",
        &format!(
            "    run_command: do-deploy demo-app migrate\n    envs:\n{}",
            env("HOOK", "https://hooks.example/x")
        ),
    );
    run_with(Change::whole_app("first").spec(&other), async |t: &mut Tester| {
        t.open_pr(1).await;
        let why = "job `migrate` is dropped, and the preview's database may be empty: it reads `HOOK`, too";
        t.preview(1).await.succeeds().says(why);
        let comment = t.comment(1).await;
        assert!(comment.contains(&why[1..]), "{comment}");
    })
    .await;
}

/// docs/previews.md, "The database": a store that is a component of the same app is the preview's own.
#[tokio::test]
async fn stores_beside_the_service_stay_with_the_way_to_them() {
    let worker = |name: &str| {
        format!(
            "  - name: {name}\n    github:\n      repo: org/shop\n      branch: main\n    run_command: sleep 600\n    instance_size_slug: apps-s-1vcpu-0.5gb\n"
        )
    };
    let envs = [
        ("REDIS_URL", "redis://cache:6379/0"),
        (
            "EVENTS_DATABASE_URL",
            "postgresql://shop:s3cr3t-of-postgres@events:5432/shop",
        ),
    ];
    let text =
        with(&envs.map(|(key, value)| env(key, value)).concat()) + "workers:\n" + &worker("cache") + &worker("events");
    run_with(Change::whole_app("first").spec(&text), async |t: &mut Tester| {
        t.open_pr(1).await;
        let made = t.preview(1).await;
        made.succeeds().does_not_say("Not set in previews");
        assert!(!made.log().contains("s3cr3t"));
        for (key, value) in envs {
            assert_eq!(sent(t, key).await["value"], value);
        }
        assert_eq!(
            t.app("shop-pr-1").await["spec"]["workers"].as_array().map(Vec::len),
            Some(2)
        );
        assert!(!t.comment(1).await.contains("s3cr3t"));
    })
    .await;
}

/// docs/previews.md, "The database": form and driver stay, and so does what only a build looks at.
#[tokio::test]
async fn a_driver_stays_asynchronous_and_a_dummy_of_the_build_one() {
    let dummy =
        "      - key: BUILD_DATABASE_URL\n        scope: BUILD_TIME\n        value: postgres://u:p@localhost/x\n";
    let replica = env(
        "REPLICA_DATABASE_URL",
        "postgresql+asyncpg://doadmin:hunter22@prod.example/shop",
    );
    let java = env("JDBC_DATABASE_URL", "jdbc:sqlite:/data/shop.db");
    let migrated = "bash -c 'do-deploy demo-app migrate && exec do-deploy demo-app serve'";
    let text = with(&format!("{dummy}{replica}{java}")).replace("do-deploy demo-app serve", migrated);
    run_with(Change::whole_app("first").spec(&text), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        assert_eq!(sent(t, "BUILD_DATABASE_URL").await["scope"], "BUILD_TIME");
        for (key, value) in [
            ("BUILD_DATABASE_URL", "postgres://u:p@localhost/x"),
            ("REPLICA_DATABASE_URL", "sqlite+aiosqlite:////tmp/preview.db"),
            ("JDBC_DATABASE_URL", "jdbc:sqlite:/tmp/preview.db"),
            ("DATABASE_URL", "sqlite:////tmp/notes.db"),
        ] {
            assert_eq!(sent(t, key).await["value"], value, "{key}");
        }
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

/// docs/previews.md, "Envs and secrets": an env that keeps production's address is named with what to write.
#[tokio::test]
async fn productions_address_in_a_preview_is_named_in_log_and_comment() {
    let envs = env("API_URL", "https://shop.example/api") + &env("MEDIA_BUCKET", "shop-media");
    let text = with(&envs).replace(
        "region: fra\n",
        "region: fra\ndomains:\n  - domain: shop.example\n    type: PRIMARY\n",
    );
    run_with(Change::whole_app("first").spec(&text), async |t: &mut Tester| {
        t.open_pr(1).await;
        let made = t.preview(1).await;
        made.succeeds();
        let comment = t.comment(1).await;
        for warning in [
            "production's address stays in this preview: `API_URL` of service `web` (`shop.example`; write `${APP_URL}/api`)",
            "production's bucket stays in this preview: `MEDIA_BUCKET` of service `web`",
        ] {
            made.says(warning);
            assert!(comment.contains(&warning[1..]), "{comment}");
        }
    })
    .await;
}
