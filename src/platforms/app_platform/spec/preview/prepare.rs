//! Migrations in front of the service's own start: a job's disk, and the SQLite file on it, is not the service's.

use serde_json::Value;

use super::super::component::{self, Component, ComponentMut, Kind};
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
    let Some(mut service) = component::find(preview, &before.component) else {
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
                Some(step(&app, job, &mut service))
            }
        })
        .collect();
    tell(before, &app, notes);
    if steps.is_empty() {
        service.set_run_command(&before.start);
        return;
    }
    service.set_run_command(&shell::before(&announced(steps, announcement), &before.start));
    delay(&mut service);
    let is_moved = |job: &Component<'_>| {
        before.commands.iter().any(|command| match command {
            Command::Prepare(_) => true,
            Command::Job(name) => job.name == name,
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
fn step(app: &Value, job: &Component<'_>, service: &mut ComponentMut<'_>) -> Step {
    let from = service.read().source_dir().unwrap_or_default().to_owned();
    Step {
        directory: shell::relative(&from, job.source_dir().unwrap_or_default()),
        exports: exports(app, job, service),
        command: job.run_command().unwrap_or_default().to_owned(),
    }
}

/// The job's envs where the service has another value. What must not or cannot stand in a command (a secret, a value
/// that the platform fills in) goes to the service's envs instead.
fn exports(app: &Value, job: &Component<'_>, service: &mut ComponentMut<'_>) -> Vec<(String, String)> {
    let own: Vec<&Value> = job.envs().filter(|env| env::at_run_time(env)).collect();
    let inherited = env::list(app).filter(|env| own.iter().all(|own| env::key(own) != env::key(env)));
    let of_job: Vec<&Value> = own
        .iter()
        .copied()
        .chain(inherited.filter(|env| env::at_run_time(env)))
        .collect();
    let mut exports = Vec::new();
    for env in of_job {
        let (key, value) = (env::key(env), env::raw(env));
        let of_service = in_service(app, &service.read(), key);
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
        service.add_env(env::new(&carrier, value, env::is_secret(env)));
    }
    exports
}

/// What the service sees under a key: its own env, else the app's.
fn in_service(app: &Value, service: &Component<'_>, key: &str) -> Option<String> {
    let all = service.envs().chain(env::list(app));
    let mut seen = all.filter(|env| env::key(env) == key && env::at_run_time(env));
    seen.next().map(|env| env::raw(env).to_owned())
}

/// Without a check of its own a service is probed by TCP after the platform's default delay of none.
fn delay(component: &mut ComponentMut<'_>) {
    let grow = |delay: u64| delay.saturating_add(EXTRA_DELAY).min(LONGEST_DELAY);
    if component.kind == Kind::Service
        && let Some(readiness) = component.readiness_mut()
    {
        readiness.change_delay(0, grow);
    }
    if let Some(liveness) = component.liveness_mut() {
        // The platform's default for liveness, in seconds.
        liveness.change_delay(5, grow);
    }
}
