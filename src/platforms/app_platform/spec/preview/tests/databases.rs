//! Which database a preview gets, and how the migration finds it.

use super::*;
use crate::model::report::Database;

/// A service and what `extra` adds to the spec.
fn app(service: &str, extra: &str) -> String {
    format!(
        "name: shop\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n{}\n{extra}",
        service
            .lines()
            .map(|line| format!("  {line}"))
            .collect::<Vec<_>>()
            .join("\n")
    )
}

const BOUND: &str = "envs: [{key: DATABASE_URL, value: '${db.DATABASE_URL}'}]";
const DB: &str = "databases: [{name: db, engine: PG, version: '12', production: true, cluster_name: main}]";
const MIGRATE: &str =
    "jobs:\n- {name: migrate, kind: PRE_DEPLOY, github: {repo: acme/shop, branch: main}, run_command: ./migrate}";

/// A start with the lines by which the log tells the migration from the service.
fn announced(command: &str) -> String {
    let (migrate, start) = command.split_once(" && ").expect("two commands");
    format!(
        "echo 'do-deploy 0707070707070707: migrating' && {migrate} && echo 'do-deploy 0707070707070707: migrated, starting the service' && {start}"
    )
}

#[test]
fn every_way_to_name_a_database_becomes_the_sqlite_url() {
    for env in [
        "{key: DATABASE_URL, type: SECRET}",
        "{key: DATABASE_URL, value: 'EV[1:a:b]', type: SECRET}",
        "{key: X, value: '${db.DATABASE_URL}', scope: BUILD_TIME}",
        "{key: X, value: '${db.pool.DATABASE_URL}'}",
        "{key: X, value: 'postgresql+psycopg2://u:p@h/d', type: SECRET}",
        "{key: X, value: 'mysql2://u:p@h/d'}",
        "{key: X, value: 'doadmin:p@tcp(h:25060)/d'}",
        "{key: X, value: 'host=h user=u password=p dbname=d'}",
    ] {
        let plan = World::new().good(&app(&format!("run_command: serve\nenvs: [{env}]"), DB));
        let key = if env.contains("DATABASE_URL, ") {
            "DATABASE_URL"
        } else {
            "X"
        };
        let found = env_of(&plan, "web", key).expect("kept");
        assert_eq!(found["value"], "sqlite:////tmp/preview.db", "{env}");
        assert_ne!(
            found.get("type").and_then(Value::as_str),
            Some("SECRET"),
            "a file of the preview's own is no secret: {env}"
        );
        assert_ne!(found.get("scope").and_then(Value::as_str), Some("BUILD_TIME"), "{env}");
        assert!(plan.document.value().get("databases").is_none(), "{env}");
        assert_eq!(plan.unset, Vec::<String>::new(), "{env}");
    }
}

#[test]
fn the_sqlite_url_can_be_chosen() {
    let plan = World::with("database_url = 'file:/tmp/x.db'").good(&app(&format!("run_command: serve\n{BOUND}"), DB));
    assert_eq!(
        value_of(&plan, "web", "DATABASE_URL").as_deref(),
        Some("file:/tmp/x.db")
    );
}

#[test]
fn the_migration_moves_in_front_of_the_start() {
    let plan = World::new().good(&app(
        &format!("run_command: serve --all\n{BOUND}"),
        &format!("{MIGRATE}\n{DB}"),
    ));
    assert_eq!(run_command(&plan, "web"), announced("./migrate && exec serve --all"));
    assert_eq!(jobs(&plan), Vec::<&str>::new());
    assert_eq!(
        plan.document.value()["services"][0]["health_check"]["initial_delay_seconds"],
        30
    );
}

#[test]
fn the_delay_never_passes_the_platforms_limit() {
    let service = format!("run_command: serve\nhealth_check: {{initial_delay_seconds: 3590}}\n{BOUND}");
    let plan = World::new().good(&app(&service, &format!("{MIGRATE}\n{DB}")));
    assert_eq!(
        plan.document.value()["services"][0]["health_check"]["initial_delay_seconds"],
        3600
    );
}

#[test]
fn prepare_takes_the_place_of_every_pre_deploy_job() {
    let world = World::with("prepare = './seed && ./more'");
    let plan = world.good(&app(
        &format!("run_command: serve\n{BOUND}"),
        &format!("{MIGRATE}\n{DB}"),
    ));
    insta::assert_snapshot!(run_command(&plan, "web"), @r"
        echo 'do-deploy 0707070707070707: migrating' || exit
        (
        ./seed && ./more
        ) || exit
        echo 'do-deploy 0707070707070707: migrated, starting the service' || exit
        exec serve
    ");
    assert_eq!(jobs(&plan), Vec::<&str>::new());
}

#[test]
fn the_start_is_found_where_the_spec_does_not_say_it() {
    let spec = app(
        &format!("source_dir: server\n{BOUND}"),
        &format!(
            "{}\n{DB}",
            MIGRATE.replace("run_command", "source_dir: server, run_command")
        ),
    );
    for (world, start) in [
        (
            World::new().file("server/Procfile", "web: gunicorn app"),
            "gunicorn app",
        ),
        (
            World::new().file("server/package.json", r#"{"scripts":{"start":"x"}}"#),
            "npm start",
        ),
        (
            World::new().file("server/Dockerfile", "FROM x\nCMD [\"serve\"]"),
            "serve",
        ),
        (
            World::with("start = 'mine'").file("server/Procfile", "web: gunicorn app"),
            "mine",
        ),
    ] {
        let plan = world.good(&spec);
        assert_eq!(
            run_command(&plan, "web"),
            announced(&format!("./migrate && exec {start}"))
        );
    }
}

#[test]
fn a_job_brings_its_folder_and_its_envs() {
    let plan = World::with("env = { API_KEY = { from = 'KEY' } }")
        .variable("KEY", "s3cret")
        .good(
            r#"
name: shop
envs:
- {key: MODE, value: app}
services:
- name: web
  github: {repo: acme/shop, branch: main}
  source_dir: /server
  run_command: serve
  envs:
  - {key: MODE, value: web}
  - {key: URL, value: "${APP_URL}"}
  - {key: SAME, value: x}
  - {key: DATABASE_URL, value: "${db.DATABASE_URL}"}
jobs:
- name: migrate
  kind: PRE_DEPLOY
  github: {repo: acme/shop, branch: main}
  source_dir: /db
  run_command: ./migrate.sh
  envs:
  - {key: SAME, value: x}
  - {key: GREETING, value: "it's $5"}
  - {key: URL, value: "${web.PRIVATE_URL}"}
  - {key: BUILD, value: x, scope: BUILD_TIME}
  - {key: API_KEY, type: SECRET}
  - {key: DATABASE_URL, value: "${db.pool.DATABASE_URL}"}
databases: [{name: db, engine: PG}]
"#,
        );
    insta::assert_snapshot!(run_command(&plan, "web"), @r#"
        echo 'do-deploy 0707070707070707: migrating' || exit
        (
        cd ../db || exit
        export GREETING='it'\''s $5'
        export URL="$PREPARE_URL"
        export MODE=app
        ./migrate.sh
        ) || exit
        echo 'do-deploy 0707070707070707: migrated, starting the service' || exit
        exec serve
    "#);
    assert_eq!(
        value_of(&plan, "web", "PREPARE_URL").as_deref(),
        Some("${web.PRIVATE_URL}")
    );
    assert_eq!(env_of(&plan, "web", "API_KEY").expect("carried")["type"], "SECRET");
}

#[test]
fn where_sqlite_cannot_work_there_is_a_development_database() {
    let two = format!("{DB}\nworkers:\n- {{name: queue, github: {{repo: acme/shop, branch: main}}, {BOUND}}}");
    let other_source = format!("{}\n{DB}", MIGRATE.replace("acme/shop", "acme/tools"));
    let dockerfile = format!(
        "{}\n{DB}",
        MIGRATE.replace("run_command", "dockerfile_path: Dockerfile.db, run_command")
    );
    let run = format!("run_command: serve\n{BOUND}");
    let parts = "run_command: serve\nenvs: [{key: H, value: '${db.HOSTNAME}'}, {key: P, value: '${db.PASSWORD}'}]";
    let whys: Vec<String> = [
        app(&run, &two),
        app(&run, &other_source),
        app(&run, &dockerfile),
        app(BOUND, &format!("{MIGRATE}\n{DB}")),
        app(
            &run,
            &format!("{}\n{DB}", MIGRATE.replace(", run_command: ./migrate", "")),
        ),
        app(parts, DB),
    ]
    .iter()
    .map(|spec| {
        let plan = World::new().good(spec);
        assert_eq!(plan.database.mode, Some(Database::Development));
        assert_eq!(
            plan.document.value()["databases"],
            json!([{"name": "db", "engine": "PG", "production": false}])
        );
        assert!(
            plan.warnings
                .iter()
                .any(|warning| warning.contains("a development database, because"))
        );
        assert_eq!(
            jobs(&plan),
            if spec.contains("PRE_DEPLOY") {
                vec!["migrate"]
            } else {
                vec![]
            }
        );
        plan.database.why
    })
    .collect();
    insta::assert_snapshot!(whys.join("\n"), @r"
        `web` and `queue` use the database, and each has a disk of its own
        job `migrate` is built from another source than `web`
        job `migrate` is built from another Dockerfile than `web`
        how `web` starts is not known (`[preview] start` can say it)
        the command of job `migrate` is unknown
        `web` reads host, user and password one by one, and SQLite has only a path
    ");
}

#[test]
fn a_development_database_is_bound_in_place_of_production() {
    let plan = World::with("database = 'dev'").good(&app(
        r#"run_command: serve
envs:
- {key: A, value: "${main.DATABASE_URL}"}
- {key: B, value: "${main.pool.DATABASE_URL}", type: SECRET}
- {key: C, value: "postgresql+asyncpg://u:p@h:25060/d?ssl=require"}
- {key: D, value: "postgres://${main.USERNAME}:${main.PASSWORD}@${main.HOSTNAME}:25061/pool"}
- {key: E, value: "${main.HOSTNAME}"}
- {key: DATABASE_URL, type: SECRET}"#,
        "databases: [{name: main, engine: PG, version: '16', production: true, cluster_name: c, db_name: d, db_user: u}]",
    ));
    assert_eq!(
        plan.document.value()["databases"],
        json!([{"name": "main", "engine": "PG", "version": "16", "production": false}])
    );
    let values: Vec<String> = ["A", "B", "C", "D", "E", "DATABASE_URL"]
        .iter()
        .map(|key| value_of(&plan, "web", key).expect("kept"))
        .collect();
    insta::assert_snapshot!(values.join("\n"), @r"
        ${main.DATABASE_URL}
        ${main.DATABASE_URL}
        postgresql+asyncpg://${main.USERNAME}:${main.PASSWORD}@${main.HOSTNAME}:${main.PORT}/${main.DATABASE}?ssl=require
        ${main.DATABASE_URL}
        ${main.HOSTNAME}
        ${main.DATABASE_URL}
    ");
}

#[test]
fn a_database_without_component_gets_one() {
    let plan =
        World::with("database = 'dev'").good(&app("run_command: x\nenvs: [{key: DATABASE_URL, type: SECRET}]", ""));
    assert_eq!(plan.document.value()["databases"][0]["name"], "db");
    assert_eq!(
        value_of(&plan, "web", "DATABASE_URL").as_deref(),
        Some("${db.DATABASE_URL}")
    );
}

#[test]
fn prepare_is_a_job_beside_a_development_database() {
    let world = World::with("database = 'dev'\nprepare = './seed'");
    let plan = world.good(&app(
        &format!("run_command: serve\n{BOUND}"),
        &format!("{MIGRATE}\n{DB}"),
    ));
    assert_eq!(jobs(&plan), ["prepare"]);
    assert_eq!(run_command(&plan, "prepare"), "./seed");
    assert_eq!(run_command(&plan, "web"), "serve");
    assert_eq!(
        value_of(&plan, "prepare", "DATABASE_URL").as_deref(),
        Some("${db.DATABASE_URL}")
    );
}

#[test]
fn sqlite_by_force_fails_where_it_cannot_work() {
    let spec = app(BOUND, &format!("{MIGRATE}\n{DB}"));
    insta::assert_snapshot!(World::with("database = 'sqlite'").refused(&spec), @r#"
        app.yaml:1:1: `shop` cannot have a SQLite preview: how `web` starts is not known (`[preview] start` can say it)
        set `[preview] database = "auto"`, which takes a development database ($7 a month) here
    "#);
}

#[test]
fn another_engine_than_postgresql_has_no_development_database() {
    let mysql = DB.replace("PG", "MYSQL").replace("version: '12', ", "");
    insta::assert_snapshot!(World::with("database = 'dev'").refused(&app(&format!("run_command: x\n{BOUND}"), &mysql)), @r#"
        a preview of `shop` has no database that fits: development databases are PostgreSQL, while `DATABASE_URL` leads to MYSQL
        set `[preview] database = "none"` and the envs it needs, or name a preview spec of your own
    "#);
}

#[test]
fn without_a_database_its_envs_and_migrations_are_left_out() {
    let migrate = MIGRATE.replace("run_command", &format!("{BOUND}, run_command"));
    let plan =
        World::with("database = 'none'").good(&app(&format!("run_command: x\n{BOUND}"), &format!("{migrate}\n{DB}")));
    assert_eq!(plan.database.mode, None);
    assert_eq!(plan.unset, ["DATABASE_URL"]);
    assert_eq!(jobs(&plan), Vec::<&str>::new());
    assert_eq!(env_of(&plan, "web", "DATABASE_URL"), None);
    assert!(plan.document.value().get("databases").is_none());
}

#[test]
fn an_app_without_database_keeps_its_jobs() {
    let plan = World::new().good(&app("run_command: x", MIGRATE));
    assert_eq!(plan.database.mode, None);
    assert_eq!(jobs(&plan), ["migrate"]);
    assert_eq!(run_command(&plan, "web"), "x");
}

#[test]
fn what_the_policy_sets_is_no_longer_productions_database() {
    let world = World::with("env = { DATABASE_URL = { from = 'PREVIEW_DB' } }").variable("PREVIEW_DB", "postgres://p");
    let plan = world.good(&app(
        &format!("run_command: x\n{BOUND}"),
        &format!("{DB}\nworkers:\n- {{name: queue, {BOUND}}}"),
    ));
    assert_eq!(plan.database.mode, None);
    assert_eq!(value_of(&plan, "web", "DATABASE_URL").as_deref(), Some("postgres://p"));
    assert_eq!(
        value_of(&plan, "queue", "DATABASE_URL").as_deref(),
        Some("postgres://p")
    );
}
