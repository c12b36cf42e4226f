//! Migrations in front of the service's own start: a job's disk, and the SQLite file on it, is not the service's.

use serde_json::{Map, Value, json};

use super::super::component::{self, Kind, text};
use super::super::env;
use super::Notes;
use super::decision::{Before, Command, Decision};
use crate::policy::announcement::Announcement;
use crate::policy::shell::{self, Step};

/// What a migration may take longer than a start alone, in seconds.
const EXTRA_DELAY: u64 = 30;
/// The platform's limit for `initial_delay_seconds`.
const LONGEST_DELAY: u64 = 3600;

pub(super) fn apply(preview: &mut Value, decision: &Decision, announcement: &Announcement, notes: &mut Notes) {
    let Some(before) = &decision.before else { return };
    let app = preview.clone();
    let Some(service) = component::find(preview, &before.component) else {
        return;
    };
    let steps: Vec<Step> = before
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::Prepare(command) => Some(plain(command.clone())),
            Command::Job(name) => {
                let jobs = component::of(&app, Kind::Job);
                let job = jobs.iter().find(|job| job.name == name)?;
                Some(step(&app, job.value, service))
            }
        })
        .collect();
    tell(before, &app, notes);
    if steps.is_empty() {
        service.insert("run_command".to_owned(), json!(before.start));
        return;
    }
    service.insert(
        "run_command".to_owned(),
        json!(shell::before(&announced(steps, announcement), &before.start)),
    );
    delay(
        service,
        component::of(&app, Kind::Service)
            .iter()
            .any(|it| it.name == before.component),
    );
    let is_moved = |job: &Value| {
        before.commands.iter().any(|command| match command {
            Command::Prepare(_) => true,
            Command::Job(name) => text(job, "name") == Some(name),
        })
    };
    component::retain(preview, Kind::Job, |job| !is_moved(job));
}

/// The steps between the lines by which the log tells them from the service.
fn announced(steps: Vec<Step>, announcement: &Announcement) -> Vec<Step> {
    let say = |line: &str| plain(format!("echo {}", shell::quote(line)));
    let mut announced = vec![say(&announcement.begins())];
    announced.extend(steps);
    announced.push(say(&announcement.succeeded()));
    announced
}

/// A command where the service starts and with its envs.
fn plain(command: String) -> Step {
    Step {
        command,
        ..Step::default()
    }
}

fn tell(before: &Before, app: &Value, notes: &mut Notes) {
    let place = format!("before `{}` starts", before.component);
    for command in &before.commands {
        match command {
            Command::Prepare(command) => {
                notes.changes.push(
                    format!("runs `{command}` {place}"),
                    "`[preview] prepare` in do-deploy.toml",
                );
                for job in component::of(app, Kind::Job) {
                    notes.changes.push(
                        format!("dropped job `{}`", job.name),
                        "`[preview] prepare` takes its place",
                    );
                }
            }
            Command::Job(name) => notes.changes.push(
                format!("runs the command of job `{name}` in the service, {place}"),
                "a job's disk is not the service's",
            ),
        }
    }
    if !before.commands.is_empty() {
        notes.changes.push(
            format!(
                "`{}` has {EXTRA_DELAY}s more before its first health check",
                before.component
            ),
            "its start includes the migration",
        );
    }
}

/// A job's command with its folder and envs, to run inside the service.
fn step(app: &Value, job: &Value, service: &mut Map<String, Value>) -> Step {
    let directory = |source_dir: Option<&str>| source_dir.unwrap_or_default().to_owned();
    let from = directory(service.get("source_dir").and_then(Value::as_str));
    Step {
        directory: shell::relative(&from, &directory(text(job, "source_dir"))),
        exports: exports(app, job, service),
        command: text(job, "run_command").unwrap_or_default().to_owned(),
    }
}

/// The job's envs where the service has another value. What must not or cannot stand in a command (a secret, a value
/// that the platform fills in) goes to the service's envs instead.
fn exports(app: &Value, job: &Value, service: &mut Map<String, Value>) -> Vec<(String, String)> {
    let own: Vec<&Value> = env::list(job).filter(|env| at_run_time(env)).collect();
    let inherited = env::list(app).filter(|env| own.iter().all(|own| env::key(own) != env::key(env)));
    let of_job: Vec<&Value> = own
        .iter()
        .copied()
        .chain(inherited.filter(|env| at_run_time(env)))
        .collect();
    let mut exports = Vec::new();
    for env in of_job {
        let (key, value) = (env::key(env), raw(env));
        let of_service = in_service(app, service, key);
        if of_service.as_deref() == Some(value) {
            continue;
        }
        let exportable = !env::is_secret(env) && !env::is_bound(value);
        if exportable {
            exports.push((key.to_owned(), shell::quote(value)));
            continue;
        }
        let carrier = match of_service {
            None => key.to_owned(),
            Some(_) => format!("PREPARE_{key}"),
        };
        if carrier != key {
            exports.push((key.to_owned(), format!("\"${carrier}\"")));
        }
        if let Some(envs) = env::list_mut(service) {
            envs.push(env::new(&carrier, value, env::is_secret(env)));
        }
    }
    exports
}

fn at_run_time(env: &Value) -> bool {
    text(env, "scope") != Some("BUILD_TIME")
}

/// The value as written, empty included.
fn raw(env: &Value) -> &str {
    env.get("value").and_then(Value::as_str).unwrap_or_default()
}

/// What the service sees under a key: its own env, else the app's.
fn in_service(app: &Value, service: &Map<String, Value>, key: &str) -> Option<String> {
    let own = service.get("envs").and_then(Value::as_array).into_iter().flatten();
    let mut seen = own
        .chain(env::list(app))
        .filter(|env| env::key(env) == key && at_run_time(env));
    seen.next().map(|env| raw(env).to_owned())
}

/// Without a check of its own a service is probed by TCP after the platform's default delay of none.
fn delay(service: &mut Map<String, Value>, has_readiness: bool) {
    if has_readiness {
        grow(service.entry("health_check").or_insert_with(|| json!({})), 0);
    }
    if let Some(liveness) = service.get_mut("liveness_health_check") {
        // The platform's default for liveness, in seconds.
        grow(liveness, 5);
    }
}

fn grow(check: &mut Value, default: u64) {
    let Some(check) = check.as_object_mut() else { return };
    let delay = check
        .get("initial_delay_seconds")
        .and_then(Value::as_u64)
        .unwrap_or(default);
    let grown = delay.saturating_add(EXTRA_DELAY).min(LONGEST_DELAY);
    check.insert("initial_delay_seconds".to_owned(), json!(grown));
}
