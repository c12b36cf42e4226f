//! Production's stores never reach a preview, however the spec names them.

use super::*;
/// One service with these envs, in flow style, below what `head` adds to the app.
fn shop(envs: &str, head: &str) -> String {
    format!(
        "name: shop\n{head}\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  run_command: serve\n  envs: [{envs}]\n"
    )
}

/// What belongs to production in the examples below.
const PRODUCTIONS: [&str; 4] = ["10.0.0.5", "hunter22", "doadmin", "prod.example"];

fn holds_nothing_of_productions(plan: &PreviewPlan) {
    let printed = print(plan.document.value());
    for text in PRODUCTIONS {
        assert!(!printed.contains(text), "{text} in\n{printed}");
    }
    assert!(!told(plan).contains("hunter22"), "{}", told(plan));
}

#[test]
fn a_database_in_parts_becomes_a_development_database() {
    let parts = |prefix: [&str; 5]| {
        format!(
            "{{key: {}, value: 10.0.0.5}}, {{key: {}, value: '25060'}}, {{key: {}, value: doadmin}}, {{key: {}, value: hunter22}}, {{key: {}, value: shop}}",
            prefix[0], prefix[1], prefix[2], prefix[3], prefix[4]
        )
    };
    for keys in [
        ["DB_HOST", "DB_PORT", "DB_USERNAME", "DB_PASSWORD", "DB_DATABASE"],
        [
            "POSTGRES_HOST",
            "POSTGRES_PORT",
            "POSTGRES_USER",
            "POSTGRES_PASSWORD",
            "POSTGRES_DB",
        ],
        ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"],
        [
            "DATABASE_HOST",
            "DATABASE_PORT",
            "DATABASE_USER",
            "DATABASE_PASSWORD",
            "DATABASE_NAME",
        ],
        [
            "APP_DB__HOST",
            "APP_DB__PORT",
            "APP_DB__USER",
            "APP_DB__PASSWORD",
            "APP_DB__NAME",
        ],
        [
            "WAREHOUSE_HOST",
            "WAREHOUSE_PORT",
            "WAREHOUSE_USER",
            "WAREHOUSE_PASSWORD",
            "WAREHOUSE_DB",
        ],
    ] {
        for spec in [shop(&parts(keys), ""), shop("", &format!("envs: [{}]", parts(keys)))] {
            let plan = World::new().good(&spec);
            holds_nothing_of_productions(&plan);
            assert_eq!(plan.database.mode, Some(Database::Development), "{keys:?}");
            let owner = if spec.contains("envs: []") { "" } else { "web" };
            let values = keys.map(|key| value_of(&plan, owner, key).expect("rebound"));
            assert_eq!(
                values,
                ["HOSTNAME", "PORT", "USERNAME", "PASSWORD", "DATABASE"].map(|it| format!("${{db.{it}}}")),
                "{keys:?}"
            );
        }
    }
}

#[test]
fn whatever_names_a_database_whole_becomes_the_sqlite_url() {
    for (key, value) in [
        ("POSTGRES_URL", "postgres://doadmin:hunter22@prod.example/x"),
        ("POSTGRES_PRISMA_URL", "postgres://doadmin:hunter22@prod.example/x"),
        ("DIRECT_URL", "prisma://doadmin:hunter22@prod.example/x"),
        ("DB_DSN", "doadmin:hunter22@tcp(prod.example:25060)/shop"),
        ("X", "host=prod.example user=doadmin password=hunter22 dbname=shop"),
        (
            "ConnectionStrings__Shop",
            "Server=prod.example;User Id=doadmin;Password=hunter22;Database=shop",
        ),
        ("X", "crdb://doadmin:hunter22@prod.example/x"),
    ] {
        let plan = World::new().good(&shop(&format!("{{key: {key}, value: '{value}'}}"), ""));
        holds_nothing_of_productions(&plan);
        assert_eq!(
            value_of(&plan, "web", key).as_deref(),
            Some("sqlite:////tmp/preview.db"),
            "{key}={value}"
        );
    }
    for key in [
        "POSTGRES_URL",
        "DIRECT_URL",
        "SHADOW_DATABASE_URL",
        "SQLALCHEMY_DATABASE_URI",
    ] {
        let plan = World::new().good(&shop(&format!("{{key: {key}, type: SECRET}}"), ""));
        assert_eq!(
            value_of(&plan, "web", key).as_deref(),
            Some("sqlite:////tmp/preview.db"),
            "{key}"
        );
    }
}

#[test]
fn java_gets_urls_as_java_writes_them() {
    let envs = "{key: SPRING_DATASOURCE_URL, value: 'jdbc:postgresql://prod.example:25060/shop'}, {key: SPRING_DATASOURCE_USERNAME, value: doadmin}, {key: SPRING_DATASOURCE_PASSWORD, value: hunter22}";
    let plan = World::new().good(&shop(envs, ""));
    holds_nothing_of_productions(&plan);
    assert_eq!(
        value_of(&plan, "web", "SPRING_DATASOURCE_URL").as_deref(),
        Some("jdbc:sqlite:/tmp/preview.db")
    );
    assert_eq!(plan.unset, ["SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD"]);
    let plan = World::with("database = 'dev'").good(&shop(envs, ""));
    holds_nothing_of_productions(&plan);
    let values = ["URL", "USERNAME", "PASSWORD"]
        .map(|it| value_of(&plan, "web", &format!("SPRING_DATASOURCE_{it}")).expect("rebound"));
    assert_eq!(values, ["${db.JDBC_DATABASE_URL}", "${db.USERNAME}", "${db.PASSWORD}"]);
}

#[test]
fn other_stores_are_left_out_and_named() {
    for envs in [
        [
            ("MONGODB_URI", "mongodb+srv://doadmin:hunter22@prod.example/x"),
            ("MONGODB_DATABASE", "shop"),
        ],
        [("REDIS_HOST", "prod.example"), ("REDIS_PASSWORD", "hunter22")],
        [
            ("CELERY_BROKER_URL", "amqps://doadmin:hunter22@prod.example/x"),
            ("CELERY_RESULT_BACKEND", "rediss://prod.example"),
        ],
        [("KAFKA_BROKERS", "prod.example:9092"), ("KAFKA_PASSWORD", "hunter22")],
        [
            ("ELASTICSEARCH_URL", "https://prod.example"),
            ("ELASTICSEARCH_PASSWORD", "hunter22"),
        ],
        [
            ("UPSTASH_REDIS_REST_URL", "https://eu1-x.upstash.io"),
            ("UPSTASH_REDIS_REST_TOKEN", "hunter22"),
        ],
        [
            ("SUPABASE_URL", "https://abc.supabase.co"),
            ("SUPABASE_SERVICE_ROLE_KEY", "hunter22"),
        ],
    ] {
        let list: Vec<String> = envs
            .iter()
            .map(|(key, value)| format!("{{key: {key}, value: '{value}'}}"))
            .collect();
        let plan = World::new().good(&shop(&list.join(", "), ""));
        holds_nothing_of_productions(&plan);
        assert_eq!(plan.unset, envs.map(|(key, _)| key));
        assert_eq!(plan.database.mode, None);
    }
}

#[test]
fn a_migration_job_never_meets_productions_database() {
    let job = "jobs:\n- {name: migrate, kind: PRE_DEPLOY, github: {repo: acme/shop, branch: main}, run_command: ./migrate, envs: [{key: DB_HOST, value: 10.0.0.5}, {key: DB_PASSWORD, value: hunter22}]}";
    let plan = World::new().good(&shop("", job));
    holds_nothing_of_productions(&plan);
    assert_eq!(plan.database.mode, Some(Database::Development));
    assert_eq!(value_of(&plan, "migrate", "DB_HOST").as_deref(), Some("${db.HOSTNAME}"));
}

#[test]
fn parts_beside_a_url_are_left_out_and_never_a_path() {
    let database = "databases: [{name: db, engine: PG, production: true, cluster_name: main}]";
    let url = "{key: DATABASE_URL, value: '${db.DATABASE_URL}'}";
    for part in [
        "{key: DB_PORT, value: '${db.PORT}'}",
        "{key: DB_HOST, value: '${db.HOSTNAME}'}",
        "{key: DB_PASSWORD, value: '${db.PASSWORD}', type: SECRET}",
        "{key: CA, value: '${db.CA_CERT}'}",
        "{key: DB_USERNAME, value: doadmin}",
        "{key: ADDRESS, value: '${db.HOSTNAME}:${db.PORT}'}",
    ] {
        for envs in [format!("{url}, {part}"), format!("{part}, {url}")] {
            let plan = World::new().good(&shop(&envs, database));
            let key = part.split([' ', ',']).nth(1).expect("a key");
            assert_eq!(plan.database.mode, Some(Database::Sqlite), "{part}");
            assert_eq!(
                value_of(&plan, "web", "DATABASE_URL").as_deref(),
                Some("sqlite:////tmp/preview.db")
            );
            assert_eq!(env_of(&plan, "web", key), None, "{part}");
            assert_eq!(plan.unset, [key]);
        }
    }
}

#[test]
fn parts_of_another_engine_are_left_out() {
    for engine in [
        "{key: DB_CONNECTION, value: mysql}",
        "{key: DB_PORT, value: '3306'}",
        "{key: MYSQL_USER, value: doadmin}",
        "{key: DB_ENGINE, value: django.db.backends.mysql}",
    ] {
        let spec = shop(&format!("{engine}, {{key: DB_HOST, value: 10.0.0.5}}"), "");
        let plan = World::new().good(&spec);
        holds_nothing_of_productions(&plan);
        assert_eq!(plan.database.mode, None, "{engine}");
        let warning = plan.warnings.join("\n");
        assert!(
            warning.starts_with("this preview has no database: SQLite cannot work because `web` reads host"),
            "{warning}"
        );
        assert!(warning.ends_with("leads to MySQL"), "{warning}");
        let refused = World::with("database = 'dev'").refused(&spec);
        assert!(refused.contains("leads to MySQL"), "{refused}");
    }
}

#[test]
fn what_the_app_brings_itself_stays() {
    let plan = World::new().good(&shop(
        "{key: REDIS_HOST, value: cache}, {key: REDIS_URL, value: 'redis://cache:6379'}, {key: MEMCACHED_HOST, value: 127.0.0.1}, {key: DB_CONNECTION, value: sqlite}, {key: DB_DATABASE, value: /tmp/shop.db}",
        "workers: [{name: cache, github: {repo: acme/shop, branch: main}}]",
    ));
    for key in [
        "REDIS_HOST",
        "REDIS_URL",
        "MEMCACHED_HOST",
        "DB_CONNECTION",
        "DB_DATABASE",
    ] {
        assert!(env_of(&plan, "web", key).is_some(), "{key}");
    }
    assert_eq!(plan.database.mode, None);
}

#[test]
fn the_guard_refuses_what_a_command_says() {
    for (field, command, why) in [
        (
            "run_command",
            "./serve --db postgres://doadmin:hunter22@prod.example/x",
            "`run_command` of `web` holds a credential",
        ),
        (
            "run_command",
            "./serve --db-host shop-do-user-1-0.b.db.ondigitalocean.com",
            "`run_command` of `web` names `shop-do-user-1-0.b.db.ondigitalocean.com`",
        ),
        (
            "build_command",
            "PGPASSWORD=hunter22 make",
            "`build_command` of `web` holds a value for `PGPASSWORD`",
        ),
        (
            "build_command",
            "make DSN='doadmin:hunter22@tcp(prod.example)/x'",
            "`build_command` of `web` holds a credential",
        ),
    ] {
        let spec = format!(
            "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  {field}: {command}\n"
        );
        let refused = World::new().refused(&spec);
        assert!(refused.contains(why) && !refused.contains("hunter22"), "{refused}");
    }
    let by_hand = World::with("spec = '.do/preview.yaml'");
    let envs = "{key: X, value: 'u:hunter22@tcp(prod.example)/x'}, {key: Y, value: x.abc.eu-west-1.rds.amazonaws.com}";
    insta::assert_snapshot!(by_hand.refused(&shop(envs, "")), @r"
        app.yaml:7:10: the preview would touch production in 2 ways
        - env `X` of `web` holds a credential (line 7)
        - env `Y` of `web` leads to the store `x.abc.eu-west-1.rds.amazonaws.com` (line 7)
        give it a value under `[preview] env` in `do-deploy.toml` if previews may have it, else take it out of the preview spec
    ");
}

#[test]
fn what_the_policy_gives_is_a_decision() {
    let world = World::with(
        "env = { DATABASE_URL = 'postgres://p:hunter23@staging.b.db.ondigitalocean.com/x', API_TOKEN = 'abc', REDIS_URL = { from = 'R' } }",
    )
    .variable("R", "rediss://x:y@cache.upstash.io");
    let spec = shop(
        "{key: DATABASE_URL, type: SECRET}, {key: API_TOKEN, value: hunter22}",
        "jobs: [{name: migrate, kind: PRE_DEPLOY, github: {repo: acme/shop, branch: main}, run_command: ./migrate}]",
    );
    let plan = world.good(&spec);
    holds_nothing_of_productions(&plan);
    assert_eq!(
        value_of(&plan, "web", "DATABASE_URL").as_deref(),
        Some("postgres://p:hunter23@staging.b.db.ondigitalocean.com/x")
    );
    assert_eq!(value_of(&plan, "web", "API_TOKEN").as_deref(), Some("abc"));
    assert_eq!(
        value_of(&plan, "", "REDIS_URL").as_deref(),
        Some("rediss://x:y@cache.upstash.io")
    );
    let shared = "postgres://p:hunter23@staging.b.db.ondigitalocean.com/x";
    let world = World::with(&format!(
        "database_url = '{shared}'\nstart = './serve --db {shared}'\nprepare = 'PGPASSWORD=hunter23 ./seed'"
    ));
    let plan = world.good(&shop("{key: DATABASE_URL, type: SECRET}", ""));
    assert_eq!(value_of(&plan, "web", "DATABASE_URL").as_deref(), Some(shared));
    let job = "jobs: [{name: migrate, kind: PRE_DEPLOY, github: {repo: acme/shop, branch: main}, run_command: ./migrate, envs: [{key: A_TOKEN, value: x}, {key: DATABASE_URL, type: SECRET}]}]";
    let world = World::with("env = { A_TOKEN = 'a b' }");
    let plan = world.good(&shop(
        "{key: DATABASE_URL, type: SECRET}, {key: A_TOKEN, value: y, scope: BUILD_TIME}",
        job,
    ));
    assert_eq!(value_of(&plan, "web", "A_TOKEN").as_deref(), Some("a b"));
}
