//! Stores that are the preview's own: components of the same app, files, and what only a build looks at.

use super::*;
use crate::model::report::Database;
use crate::platforms::plan::PreviewPlan;
/// A service with these envs, beside an image component with these.
fn beside(envs: &str, image: &str, envs_of_image: &str, more: &str) -> String {
    format!(
        "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  run_command: serve\n  envs: [{envs}]\n- name: {image}\n  image: {{registry_type: DOCKER_HUB, registry: library, repository: {image}, tag: '16'}}\n  internal_ports: [5432]\n  envs: [{envs_of_image}]\n{more}"
    )
}

fn web(envs: &str) -> String {
    format!(
        "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  run_command: serve\n  envs: [{envs}]\n"
    )
}

fn names(plan: &PreviewPlan) -> Vec<&str> {
    component::components(plan.document.value())
        .iter()
        .map(|it| it.name)
        .collect()
}

#[test]
fn a_store_that_is_a_component_of_the_app_stays_with_every_way_to_it() {
    for (image, envs, of_image) in [
        ("redis", vec![("REDIS_URL", "redis://redis:6379/0")], vec![]),
        (
            "redis",
            vec![("REDIS_URL", "redis://:s3cr3t-of-the-cache@redis:6379/0")],
            vec![("REDIS_PASSWORD", "s3cr3t-of-the-cache")],
        ),
        (
            "redis",
            vec![("CELERY_BROKER_URL", "redis://${redis.PRIVATE_DOMAIN}:6379/0")],
            vec![],
        ),
        (
            "postgres",
            vec![(
                "DATABASE_URL",
                "postgresql://shop:s3cr3t-of-postgres@postgres:5432/shop",
            )],
            vec![
                ("POSTGRES_USER", "shop"),
                ("POSTGRES_PASSWORD", "s3cr3t-of-postgres"),
                ("POSTGRES_DB", "shop"),
            ],
        ),
        (
            "postgres",
            vec![(
                "DATABASE_URL",
                "postgres://shop:s3cr3t-of-postgres@${postgres.PRIVATE_DOMAIN}:5432/shop",
            )],
            vec![("POSTGRES_PASSWORD", "s3cr3t-of-postgres")],
        ),
        (
            "db",
            vec![
                ("DB_HOST", "db"),
                ("DB_PORT", "3306"),
                ("DB_USERNAME", "shop"),
                ("DB_PASSWORD", "s3cr3t-of-mysql"),
            ],
            vec![
                ("MYSQL_ROOT_PASSWORD", "s3cr3t-of-root"),
                ("MYSQL_PASSWORD", "s3cr3t-of-mysql"),
            ],
        ),
    ] {
        let list = |envs: &[(&str, &str)]| {
            let envs: Vec<String> = envs
                .iter()
                .map(|(key, value)| format!("{{key: {key}, value: '{value}'}}"))
                .collect();
            envs.join(", ")
        };
        let plan = World::new().good(&beside(&list(&envs), image, &list(&of_image), ""));
        assert_eq!(names(&plan), ["web", image]);
        for (owner, (key, value)) in envs
            .iter()
            .map(|it| ("web", it))
            .chain(of_image.iter().map(|it| (image, it)))
        {
            assert_eq!(value_of(&plan, owner, key).as_deref(), Some(*value), "{key}");
        }
        assert_eq!(plan.unset, Vec::<String>::new(), "{envs:?}");
        assert_eq!(plan.database.mode, None, "{envs:?}");
        assert!(!told(&plan).contains("s3cr3t"), "{}", told(&plan));
    }
}

#[test]
fn a_preview_spec_of_its_own_may_have_such_a_store_too() {
    let url = "{key: DATABASE_URL, value: 'postgresql://shop:s3cr3t-of-postgres@postgres:5432/shop'}";
    let setting = "{key: POSTGRES_PASSWORD, value: s3cr3t-of-postgres}";
    let spec = beside(url, "postgres", setting, "");
    let mut world = World::with("spec = '.do/preview.yaml'");
    world.production = Some(spec.clone());
    let plan = world.good(&spec);
    assert!(value_of(&plan, "web", "DATABASE_URL").is_some_and(|it| it.contains("@postgres:5432")));
    assert!(value_of(&plan, "postgres", "POSTGRES_PASSWORD").is_some());
    let out = spec.replace("@postgres:5432", "@postgres.prod.example:5432");
    assert!(world.refused(&out).contains("the preview would touch production"));
}

#[test]
fn what_leads_out_of_the_app_is_not_its_own_whatever_stands_beside_it() {
    let own = "{key: DB_HOST, value: postgres}, {key: DB_PASSWORD, value: s3cr3t-of-postgres}";
    for (envs, more) in [
        // The same names lead elsewhere in another component.
        (
            own,
            "workers:\n- name: queue\n  github: {repo: acme/shop, branch: main}\n  run_command: work\n  envs: [{key: DB_HOST, value: 10.0.0.5}, {key: DB_PASSWORD, value: s3cr3t-of-production}]\n",
        ),
        (
            "{key: X, value: 'postgres://shop:s3cr3t-of-production@postgres/shop?host=10.0.0.5'}",
            "",
        ),
        // Only the user is the app's own.
        (
            "{key: X, value: 'postgres://${postgres.NAME}:s3cr3t-of-production@10.0.0.5/shop'}",
            "",
        ),
        (
            "{key: DATABASE_URL, value: 'postgres://shop:s3cr3t-of-production@postgres.prod.example/shop'}",
            "",
        ),
        (
            "{key: X, value: 'postgres://shop:s3cr3t-of-production@${postgres.PRIVATE_DOMAIN}.prod.example/shop'}",
            "",
        ),
        (
            "{key: DATABASE_URL, type: SECRET, value: 'postgres://shop:s3cr3t-of-production@postgres/shop'}",
            "",
        ),
    ] {
        let plan = World::new().good(&beside(envs, "postgres", "", more));
        let printed = format!("{:?}", plan.document.value());
        for text in ["s3cr3t-of-production", "10.0.0.5", "prod.example"] {
            assert!(!printed.contains(text), "{text} in {printed}");
        }
    }
}

#[test]
fn a_job_that_reads_a_store_of_the_app_runs_once_the_store_is_up() {
    let url = "{key: DATABASE_URL, value: 'postgres://shop@postgres/shop'}";
    for kind in ["", "kind: POST_DEPLOY, ", "kind: PRE_DEPLOY, "] {
        let job = format!(
            "jobs: [{{name: migrate, {kind}github: {{repo: acme/shop, branch: main}}, run_command: ./migrate, envs: [{url}]}}]\n"
        );
        let plan = World::new().good(&beside(url, "postgres", "", &job));
        assert_eq!(jobs(&plan), ["migrate"], "{kind}");
        assert_eq!(
            component::of(plan.document.value(), component::Kind::Job)[0].job_kind(),
            "POST_DEPLOY",
            "{kind}"
        );
    }
}

#[test]
fn what_only_a_build_looks_at_stays() {
    for value in [
        "postgresql://user:pass@localhost/notused",
        "postgresql://placeholder:xxxxxxxxxxx@127.0.0.1:5432/placeholder",
        "postgresql://postgres@db:5432/x",
        "file:./build.db",
        "dummy",
    ] {
        let runs = "{key: DIRECT_URL, value: 'postgres://u:hunter22@prod.example/x'}";
        let spec = web(&format!(
            "{{key: DATABASE_URL, value: '{value}', scope: BUILD_TIME}}, {runs}"
        ));
        let plan = World::new().good(&spec);
        let env = env_of(&plan, "web", "DATABASE_URL").expect("kept");
        assert_eq!(
            (env["value"].as_str(), env["scope"].as_str()),
            (Some(value), Some("BUILD_TIME"))
        );
        assert_eq!(
            value_of(&plan, "web", "DIRECT_URL").as_deref(),
            Some("sqlite:////tmp/preview.db")
        );
        let alone = World::new().good(&web(&format!(
            "{{key: DATABASE_URL, value: '{value}', scope: BUILD_TIME}}"
        )));
        assert_eq!(alone.database.mode, None, "{value}");
    }
    for value in [
        "postgres://u:hunter22@prod.example/x",
        "postgres://u:hunter22@10.0.0.5/x",
        "host=10.0.0.5 user=u password=hunter22 dbname=x",
        "postgres://u@[fd00::5]/x",
        "${db.DATABASE_URL}",
    ] {
        let spec = web(&format!("{{key: DATABASE_URL, value: '{value}', scope: BUILD_TIME}}"));
        let plan = World::new().good(&spec);
        assert_eq!(
            value_of(&plan, "web", "DATABASE_URL").as_deref(),
            Some("sqlite:////tmp/preview.db"),
            "{value}"
        );
    }
}

#[test]
fn a_dummy_of_the_build_hides_no_env_of_the_app() {
    let spec = web("{key: DATABASE_URL, value: 'postgres://u:p@localhost/x', scope: BUILD_TIME}");
    let spec = format!("{spec}envs: [{{key: DATABASE_URL, value: 'postgres://u:hunter22@prod.example/x'}}]\n");
    let plan = World::new().good(&spec);
    assert_eq!(
        value_of(&plan, "", "DATABASE_URL").as_deref(),
        Some("sqlite:////tmp/preview.db")
    );
}

#[test]
fn production_on_sqlite_keeps_form_and_driver() {
    for (key, value, expected) in [
        ("DATABASE_URL", "file:./dev.db", "file:./dev.db"),
        (
            "DATABASE_URL",
            "file:/data/shop.db?connection_limit=1",
            "file:/tmp/preview.db?connection_limit=1",
        ),
        ("DATABASE_URL", "file:///data/shop.db", "file:///tmp/preview.db"),
        (
            "DATABASE_URL",
            "sqlite3:db/production.sqlite3",
            "sqlite3:db/production.sqlite3",
        ),
        (
            "DATABASE_URL",
            "sqlite3:/rails/storage/production.sqlite3",
            "sqlite3:/tmp/preview.db",
        ),
        (
            "SPRING_DATASOURCE_URL",
            "jdbc:sqlite:/data/shop.db",
            "jdbc:sqlite:/tmp/preview.db",
        ),
        ("DATABASE_URL", "jdbc:sqlite:shop.db", "jdbc:sqlite:shop.db"),
        ("DATABASE_URL", "/data/shop.db", "/tmp/preview.db"),
        ("DATABASE_URL", "/tmp/shop.db", "/tmp/shop.db"),
        ("DATABASE_URL", "./shop.db", "./shop.db"),
        ("DATABASE_URL", "shop.sqlite3", "shop.sqlite3"),
        (
            "DATABASE_URL",
            "sqlite+aiosqlite:///./shop.db",
            "sqlite+aiosqlite:///./shop.db",
        ),
        (
            "DATABASE_URL",
            "sqlite+aiosqlite:////data/shop.db",
            "sqlite+aiosqlite:////tmp/preview.db",
        ),
        ("DATABASE_URL", "sqlite:///shop.db", "sqlite:///shop.db"),
        (
            "DATABASE_URL",
            "sqlite:////var/lib/shop.db?mode=rwc",
            "sqlite:////tmp/preview.db?mode=rwc",
        ),
        ("DATABASE_URL", "sqlite://:memory:", "sqlite://:memory:"),
        (
            "ConnectionStrings__Shop",
            "Data Source=/data/shop.db;Cache=Shared",
            "Data Source=/tmp/preview.db;Cache=Shared",
        ),
    ] {
        let plan = World::new().good(&web(&format!("{{key: {key}, value: '{value}'}}")));
        assert_eq!(value_of(&plan, "web", key).as_deref(), Some(expected), "{value}");
        assert_eq!(plan.database.mode, Some(Database::Sqlite), "{value}");
        assert_eq!(told(&plan).contains("env `"), value != expected, "{}", told(&plan));
    }
    let chosen =
        World::with("database_url = 'file:/tmp/x.db'").good(&web("{key: DATABASE_URL, value: '/data/shop.db'}"));
    assert_eq!(
        value_of(&chosen, "web", "DATABASE_URL").as_deref(),
        Some("file:/tmp/x.db")
    );
    let path =
        World::with("database_url = 'sqlite:////tmp/x.db'").good(&web("{key: DATABASE_URL, value: 'file:./dev.db'}"));
    assert_eq!(
        value_of(&path, "web", "DATABASE_URL").as_deref(),
        Some("file:/tmp/x.db")
    );
}

#[test]
fn an_app_that_is_on_sqlite_already_never_needs_a_database_server() {
    let url = "{key: DATABASE_URL, value: 'file:./dev.db'}";
    let worker = format!("workers: [{{name: queue, github: {{repo: acme/shop, branch: main}}, envs: [{url}]}}]\n");
    let job = format!(
        "jobs: [{{name: migrate, kind: PRE_DEPLOY, github: {{repo: acme/shop, branch: main}}, run_command: ./migrate, envs: [{url}]}}]\n"
    );
    for spec in [
        format!("{}{worker}", web(url)),
        format!("{}{job}", web(url)).replace("  run_command: serve\n", ""),
    ] {
        for policy in ["", "database = 'sqlite'"] {
            let plan = World::with(policy).good(&spec);
            assert_eq!(plan.database.mode, Some(Database::Sqlite), "{spec}");
            assert_eq!(value_of(&plan, "web", "DATABASE_URL").as_deref(), Some("file:./dev.db"));
            assert!(!plan.warnings.join("\n").contains("database"), "{:?}", plan.warnings);
        }
    }
}

#[test]
fn an_asynchronous_driver_stays_one() {
    for (value, sqlite, dev) in [
        (
            "postgresql+asyncpg://u:hunter22@prod.example/x",
            "sqlite+aiosqlite:////tmp/preview.db",
            "postgresql+asyncpg://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}:${db.PORT}/${db.DATABASE}",
        ),
        (
            "postgresql+psycopg_async://u:hunter22@prod.example/x",
            "sqlite+aiosqlite:////tmp/preview.db",
            "postgresql+psycopg_async://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}:${db.PORT}/${db.DATABASE}",
        ),
        (
            "sqlite+aiosqlite:////data/x.db",
            "sqlite+aiosqlite:////tmp/preview.db",
            "postgresql+asyncpg://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}:${db.PORT}/${db.DATABASE}",
        ),
        (
            "db+postgresql://u:hunter22@prod.example/x",
            "db+sqlite:////tmp/preview.db",
            "db+postgresql://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}:${db.PORT}/${db.DATABASE}",
        ),
        (
            "postgresql+psycopg2://u:hunter22@prod.example/x",
            "sqlite:////tmp/preview.db",
            "postgresql+psycopg2://${db.USERNAME}:${db.PASSWORD}@${db.HOSTNAME}:${db.PORT}/${db.DATABASE}",
        ),
    ] {
        let spec = web(&format!("{{key: DATABASE_URL, value: '{value}'}}"));
        let plan = World::new().good(&spec);
        assert_eq!(
            value_of(&plan, "web", "DATABASE_URL").as_deref(),
            Some(sqlite),
            "{value}"
        );
        let plan = World::with("database = 'dev'").good(&spec);
        assert_eq!(value_of(&plan, "web", "DATABASE_URL").as_deref(), Some(dev), "{value}");
    }
    let mysql = World::new().good(&web(
        "{key: DATABASE_URL, value: 'mysql+aiomysql://u:hunter22@prod.example/x'}",
    ));
    assert_eq!(
        value_of(&mysql, "web", "DATABASE_URL").as_deref(),
        Some("sqlite+aiosqlite:////tmp/preview.db")
    );
}
