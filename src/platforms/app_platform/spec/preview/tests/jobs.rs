//! Which jobs prepare the preview's database, and which are dropped.

use super::*;
use crate::model::report::Database;
use crate::platforms::plan::PreviewPlan;

const DB: &str = "databases: [{name: db, engine: PG, production: true, cluster_name: main}]";
const URL: &str = "{key: DATABASE_URL, value: '${db.DATABASE_URL}'}";

/// A service that reads the database, and one job with these fields behind its source.
fn shop(job: &str) -> String {
    shop_with(URL, job, "")
}

fn shop_with(envs: &str, job: &str, head: &str) -> String {
    format!(
        "name: shop\n{head}\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n  run_command: serve\n  envs: [{envs}]\njobs:\n- {{name: later, github: {{repo: acme/shop, branch: main}}, {job}}}\n{DB}\n"
    )
}

/// Whether the service's start, or with a database server the job itself, prepares the database.
fn prepares(plan: &PreviewPlan, command: &str) -> bool {
    match plan.database.mode {
        Some(Database::Sqlite) => run_command(plan, "web").contains(command) && jobs(plan).is_empty(),
        _ => jobs(plan) == ["later"],
    }
}

#[test]
fn a_job_after_the_deployment_prepares_the_database_as_one_before_it_does() {
    for job in [
        format!("kind: POST_DEPLOY, run_command: ./fill, envs: [{URL}]"),
        format!("run_command: ./fill, envs: [{URL}]"),
        format!("kind: UNSPECIFIED, run_command: ./fill, envs: [{URL}]"),
        format!("kind: POST_DEPLOY, run_command: ./fill, envs: [{URL}, {{key: ROWS, value: '12'}}]"),
        format!("kind: PRE_DEPLOY, run_command: ./fill, envs: [{URL}]"),
    ] {
        for policy in ["", "database = 'dev'"] {
            let plan = World::with(policy).good(&shop(&job));
            assert!(
                prepares(&plan, "./fill"),
                "{job} {policy}\n{}",
                print(plan.document.value())
            );
            assert!(!plan.warnings.join("\n").contains("later"), "{:?}", plan.warnings);
        }
    }
}

#[test]
fn a_job_that_reads_the_database_through_the_app_says_in_its_command_what_it_does() {
    let head = format!("envs: [{URL}]");
    for (command, is_preparation) in [
        ("php artisan migrate --force", true),
        ("python manage.py loaddata shop", true),
        ("npm run seed", true),
        ("./announce.sh", false),
    ] {
        let plan = World::new().good(&shop_with("", &format!("run_command: {command}"), &head));
        assert_eq!(
            prepares(&plan, command),
            is_preparation,
            "{command}\n{}",
            print(plan.document.value())
        );
    }
}

#[test]
fn what_the_service_reads_too_makes_no_other_job_of_it() {
    let more = "{key: SECRET_KEY, type: SECRET}, {key: SITE, value: '${APP_URL}'}, {key: REDIS_URL, value: 'rediss://u:p@cache.example'}";
    let spec = shop_with(
        &format!("{URL}, {more}"),
        &format!("run_command: ./fill, envs: [{URL}, {more}]"),
        "",
    );
    assert!(prepares(&World::new().good(&spec), "./fill"));
}

#[test]
fn another_job_that_reads_the_database_is_dropped_and_named() {
    let mut said = Vec::new();
    for job in [
        format!("run_command: ./fill, envs: [{URL}, {{key: SLACK, type: SECRET}}]"),
        format!("run_command: ./fill, envs: [{URL}, {{key: HOOK, value: 'https://hooks.example/x'}}]"),
        format!("run_command: ./fill, envs: [{URL}, {{key: SITE, value: '${{web.PUBLIC_URL}}'}}]"),
        format!("run_command: ./fill, envs: [{URL}, {{key: KAFKA_BROKERS, value: 'one.example:9092'}}]"),
        format!("run_command: ./fill, dockerfile_path: Dockerfile.db, envs: [{URL}]"),
        format!("envs: [{URL}]"),
        "run_command: npx prisma migrate deploy".to_owned(),
    ] {
        let plan = World::new().good(&shop(&job));
        assert_eq!(plan.database.mode, Some(Database::Sqlite), "{job}");
        assert_eq!(
            (run_command(&plan, "web").as_str(), jobs(&plan).len()),
            ("serve", 0),
            "{job}"
        );
        said.extend(plan.warnings.clone());
        let changes = told(&plan);
        said.extend(
            changes
                .lines()
                .filter(|line| line.contains("later"))
                .take(1)
                .map(str::to_owned),
        );
    }
    insta::assert_snapshot!(said.join("\n"), @"
    job `later` is dropped, and the preview's database may be empty: it reads `SLACK`, too, which `web` does not; `[preview] prepare` can fill it
    dropped job `later` (POST_DEPLOY): it reads `SLACK`, too, which `web` does not
    job `later` is dropped, and the preview's database may be empty: it reads `HOOK`, too, which `web` does not; `[preview] prepare` can fill it
    dropped job `later` (POST_DEPLOY): it reads `HOOK`, too, which `web` does not
    job `later` is dropped, and the preview's database may be empty: it reads `SITE`, too, which `web` does not; `[preview] prepare` can fill it
    dropped job `later` (POST_DEPLOY): it reads `SITE`, too, which `web` does not
    job `later` is dropped, and the preview's database may be empty: it reads `KAFKA_BROKERS`, too, which `web` does not; `[preview] prepare` can fill it
    dropped job `later` (POST_DEPLOY): it reads `KAFKA_BROKERS`, too, which `web` does not
    job `later` is dropped, and the preview's database may be empty: it is built from another Dockerfile than `web`; `[preview] prepare` can fill it
    dropped job `later` (POST_DEPLOY): it is built from another Dockerfile than `web`
    job `later` is dropped, and the preview's database may be empty: its command is unknown; `[preview] prepare` can fill it
    dropped job `later` (POST_DEPLOY): its command is unknown
    job `later` is dropped, and the preview's database may be empty: none of its envs leads to the database; `[preview] prepare` can fill it
    dropped job `later` (POST_DEPLOY): none of its envs leads to the database
    ");
    let silent = World::new().good(&shop("kind: POST_DEPLOY, run_command: ./announce.sh"));
    assert_eq!(silent.warnings, Vec::<String>::new());
    let given = World::with("prepare = './seed'").good(&shop(&format!("envs: [{URL}, {{key: SLACK, type: SECRET}}]")));
    assert_eq!(given.warnings, Vec::<String>::new(), "`prepare` fills the database");
}

#[test]
fn what_prepares_a_database_that_is_not_there_is_dropped() {
    let job = format!("run_command: ./fill, envs: [{URL}]");
    let plan = World::with("database = 'none'").good(&shop(&job));
    assert_eq!(jobs(&plan), Vec::<&str>::new());
    assert!(
        told(&plan)
            .contains("dropped job `later` (POST_DEPLOY): it prepares a database that this preview does not have")
    );
}

#[test]
fn prepare_takes_the_place_of_every_job() {
    for (policy, left) in [
        ("prepare = './seed'", vec![]),
        ("prepare = './seed'\ndatabase = 'dev'", vec!["prepare"]),
    ] {
        let plan = World::with(policy).good(&shop(&format!("run_command: ./fill, envs: [{URL}]")));
        assert_eq!(jobs(&plan), left, "{policy}");
        assert!(!print(plan.document.value()).contains("./fill"), "{policy}");
    }
}

#[test]
fn a_later_job_never_costs_an_app_its_preview() {
    let mysql = shop(&format!("run_command: ./fill, envs: [{URL}]"))
        .replace("engine: PG", "engine: MYSQL")
        .replace("  run_command: serve\n", "");
    for policy in ["", "database = 'sqlite'"] {
        let plan = World::with(policy).good(&mysql);
        assert_eq!(plan.database.mode, Some(Database::Sqlite));
        assert_eq!(jobs(&plan), Vec::<&str>::new());
        assert_eq!(
            plan.warnings,
            [
                "job `later` is dropped, and the preview's database may be empty: how `web` starts is not known (`[preview] start` can say it); `[preview] prepare` can fill it"
            ]
        );
    }
    let both = format!("{mysql}\n").replace(
        "jobs:\n",
        "jobs:\n- {name: first, kind: PRE_DEPLOY, github: {repo: acme/shop, branch: main}, run_command: ./migrate}\n",
    );
    assert!(World::new().refused(&both).contains("has no database that fits"));
}

#[test]
fn the_steps_keep_the_order_in_which_the_platform_runs_them() {
    let first = "- {name: first, kind: PRE_DEPLOY, github: {repo: acme/shop, branch: main}, run_command: ./migrate}\n";
    let spec =
        shop(&format!("run_command: ./fill, envs: [{URL}]")).replace("databases:", &format!("{first}databases:"));
    let command = run_command(&World::new().good(&spec), "web");
    let at = |text: &str| command.find(text).expect("in the start");
    assert!(at("./migrate") < at("./fill"), "{command}");
}

#[test]
fn a_kind_that_the_platform_does_not_know_is_called_so() {
    let spec = "name: shop\nservices: [{name: web, github: {repo: acme/shop}}]\njobs: [{name: nightly, kind: CRON, github: {repo: acme/shop}}]\n";
    let plan = World::new().plan(spec).expect("a plan");
    let dropped = plan.changes.iter().find(|change| change.what.contains("nightly"));
    let why = dropped.map(|change| change.why.as_str());
    assert_eq!(why, Some("`CRON` is not a job kind of App Platform's"));
}
