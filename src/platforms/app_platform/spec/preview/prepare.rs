//! Migrations in front of the service's own start: a job's disk, and the SQLite file on it, is not the service's.

use serde_json::{Map, Value, json};

use super::super::component::{self, Kind, text};
use super::super::notation::APP_SPEC;
use super::super::{env, env_set};
use super::Notes;
use super::decision::{Before, Command, Decision};
use crate::policy::announcement::Announcement;
use crate::policy::env::Env;
use crate::policy::prepare::{self, surroundings};
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
            Command::Prepare(command) => Some(prepare::plain(command.clone())),
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
        json!(shell::before(&prepare::announced(steps, announcement), &before.start)),
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

/// The envs of the job that the service lacks: in the command, or among the service's own.
fn exports(app: &Value, job: &Value, service: &mut Map<String, Value>) -> Vec<(String, String)> {
    let owner = Value::Object(service.clone());
    let found = surroundings(&at_run_time(job), &at_run_time(app), &at_run_time(&owner), APP_SPEC);
    if let Some(envs) = env::list_mut(service).filter(|_| !found.carried.is_empty()) {
        let carried = found.carried.iter();
        envs.extend(carried.map(|(name, it)| env::new(name, it.value, it.is_secret)));
    }
    found.exports
}

/// The envs that an owner lists for run time.
fn at_run_time(owner: &Value) -> Vec<Env<'_>> {
    env::list(owner).map(as_written).filter(|it| !it.is_for_build).collect()
}

/// With its value as written, spaces included.
fn as_written(it: &Value) -> Env<'_> {
    Env {
        value: it.get("value").and_then(Value::as_str).unwrap_or_default(),
        ..env_set::env(it)
    }
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
