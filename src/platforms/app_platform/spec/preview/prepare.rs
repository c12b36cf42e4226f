//! Migrations in front of the service's own start: a job's disk, and the SQLite file on it, is not the service's.

use serde_json::Value;

use super::super::component::{self, Component, ComponentMut, Kind};
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
    let Some(mut service) = component::find(preview, &before.component) else {
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
                Some(step(&app, job, &mut service))
            }
        })
        .collect();
    tell(before, &app, notes);
    if steps.is_empty() {
        service.set_run_command(&before.start);
        return;
    }
    service.set_run_command(&shell::before(&prepare::announced(steps, announcement), &before.start));
    delay(&mut service);
    let is_moved = |job: &Component<'_>| {
        before.commands.iter().any(|command| match command {
            Command::Prepare(_) => true,
            Command::Job(name) => job.name == name,
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
fn step(app: &Value, job: &Component<'_>, service: &mut ComponentMut<'_>) -> Step {
    let from = service.read().source_dir().unwrap_or_default().to_owned();
    Step {
        directory: shell::relative(&from, job.source_dir().unwrap_or_default()),
        exports: exports(app, job, service),
        command: job.run_command().unwrap_or_default().to_owned(),
    }
}

/// The envs of the job that the service lacks: in the command, or among the service's own.
fn exports(app: &Value, job: &Component<'_>, service: &mut ComponentMut<'_>) -> Vec<(String, String)> {
    let owner = service.read().value.clone();
    let found = surroundings(
        &at_run_time(job.value),
        &at_run_time(app),
        &at_run_time(&owner),
        APP_SPEC,
    );
    for (name, it) in found.carried {
        service.add_env(env::new(&name, it.value, it.is_secret));
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
        value: env::raw(it),
        ..env_set::env(it)
    }
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
