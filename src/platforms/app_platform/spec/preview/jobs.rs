//! Which of the spec's jobs a preview keeps.

use serde_json::Value;

use super::super::component::{self, Component, Kind};
use super::super::{credentials, env, env_set};
use super::decision::{Decision, Later};
use super::{Notes, build};
use crate::policy::datastores::stores::{Store, Stores};
use crate::policy::env_values::EnvValues;
use crate::policy::prepare;

/// Drops every job that is not for the preview. What prepares the database stays for now: a later step may move its command.
pub(super) fn drop_others(
    preview: &mut Value,
    decision: &Decision,
    policy: &EnvValues,
    has_prepare: bool,
    notes: &mut Notes,
) {
    let app = preview.clone();
    let has_database = decision.database.mode.is_some();
    let later = |name: &str| decision.later.iter().find(|later| later.name == name);
    let reason = |job: &Component<'_>| match job.job_kind() {
        "PRE_DEPLOY" if !has_database && reads_database(&app, job, decision, policy) => Some(NO_DATABASE.to_owned()),
        "PRE_DEPLOY" => None,
        "FAILED_DEPLOY" => Some("the pull request's comment tells about failures".to_owned()),
        "SCHEDULED" => Some("nothing in a preview runs on a schedule".to_owned()),
        "POST_DEPLOY" => match later(job.name) {
            Some(later) if !has_database && !later.is_of_own => Some(NO_DATABASE.to_owned()),
            Some(later) => later.objection.clone(),
            None => Some("it may act on the outside world for a version that is not released".to_owned()),
        },
        kind => Some(format!("`{kind}` is not a job kind of App Platform's")),
    };
    let mut dropped = Vec::new();
    for job in component::of(preview, Kind::Job) {
        let Some(why) = reason(&job) else { continue };
        notes
            .changes
            .push(format!("dropped job `{}` ({})", job.name, job.job_kind()), why.clone());
        let is_missed = later(job.name).is_some_and(|later| has_database || later.is_of_own);
        if is_missed && !has_prepare {
            notes.warnings.push(format!(
                "job `{}` is dropped, and the preview's database may be empty: {why}; `[preview] prepare` can fill it",
                job.name
            ));
        }
        dropped.push(job.name.to_owned());
    }
    component::retain(preview, Kind::Job, |job| !dropped.iter().any(|name| name == job.name));
    let stores = &decision.stores;
    let waits = |job: &Component<'_>| job.is_job("PRE_DEPLOY") && reads_own(&app, job, stores, policy);
    let waiting: Vec<Component<'_>> = component::of(&app, Kind::Job).into_iter().filter(waits).collect();
    component::each(preview, |mut component| {
        let name = component.name();
        if component.kind == Kind::Job && waiting.iter().any(|job| job.name == name) {
            component.set_job_kind("POST_DEPLOY");
            notes.changes.push(
                format!("job `{name}` runs after the deployment"),
                "before a preview's first one there is no store of the app's own to prepare",
            );
        }
    });
}

const NO_DATABASE: &str = "it prepares a database that this preview does not have";

/// The jobs that run once the deployment is up and read the database, or say so in their command, each with why it is not the database's preparation.
/// `users`: what reads the database, too; else what could.
pub(super) fn later(app: &Value, stores: &Stores, policy: &EnvValues, users: &[Component<'_>]) -> Vec<Later> {
    let is_taken = |it: &&Value| !policy.given.contains_key(env::key(it));
    let leads = |it: &Value| matches!(stores.of_env(&env_set::env(it)), Some(Store::Database { .. }));
    let jobs = component::of(app, Kind::Job).into_iter();
    let later = jobs
        .filter(|job| job.is_job("POST_DEPLOY"))
        .filter(|job| reads(app, job, policy, &leads) || reads_own(app, job, stores, policy) || says_it_prepares(job));
    let objection = |job: &Component<'_>| {
        if !reads(app, job, policy, &leads) && !reads_own(app, job, stores, policy) {
            return Some("none of its envs leads to the database".to_owned());
        }
        let same = users.iter().find(|user| build::difference(job, user).is_none());
        let Some(user) = same else {
            let difference = users
                .first()
                .and_then(|user| Some((build::difference(job, user)?, user.name)));
            return Some(match difference {
                Some((difference, user)) => format!("it is built from {difference} than `{user}`"),
                None => "it is not known which component it prepares the database for".to_owned(),
            });
        };
        match job.run_command() {
            None => return Some("its command is unknown".to_owned()),
            Some(command) if command.contains("://") => {
                return Some("its command calls an address".to_owned());
            }
            Some(_) => {}
        }
        let is_other = |it: &&Value| !leads(it) && !stores.is_of_own(&env_set::env(it));
        let mut own = env::list(job.value).filter(is_taken).filter(is_other);
        let other = own.find(|it| leads_elsewhere(it, stores) && !has(app, user, it))?;
        Some(format!(
            "it reads `{}`, too, which `{}` does not",
            env::key(other),
            user.name
        ))
    };
    later
        .map(|job| Later {
            objection: objection(&job),
            is_of_own: reads_own(app, &job, stores, policy),
            name: job.name.to_owned(),
        })
        .collect()
}

/// Whether what a job reads of the kind is a store of the app's own, and no other database.
pub(super) fn reads_own(app: &Value, job: &Component<'_>, stores: &Stores, policy: &EnvValues) -> bool {
    let leads = |it: &Value| matches!(stores.of_env(&env_set::env(it)), Some(Store::Database { .. }));
    reads(app, job, policy, &|it| stores.is_of_own(&env_set::env(it))) && !reads(app, job, policy, &leads)
}

fn reads(app: &Value, job: &Component<'_>, policy: &EnvValues, leads: &dyn Fn(&Value) -> bool) -> bool {
    let any = |owner: &Value| env::list(owner).any(|it| !policy.given.contains_key(env::key(it)) && leads(it));
    // What every component is given says little about what a job does with it.
    any(job.value) || (any(app) && says_it_prepares(job))
}

fn says_it_prepares(job: &Component<'_>) -> bool {
    prepare::prepares(job.run_command().unwrap_or_default())
}

/// Whether an env can lead a job out of the database: a secret, an address, another store.
fn leads_elsewhere(it: &Value, stores: &Stores) -> bool {
    let value = env::value(it).unwrap_or_default();
    env::is_secret(it)
        || env::is_encrypted(value)
        || env::is_bound(value)
        || value.contains("://")
        || stores.of_env(&env_set::env(it)).is_some()
        || credentials::is_plain(env::key(it), value)
}

/// Whether a component sees this env, too. Of a secret only the name can be compared.
fn has(app: &Value, user: &Component<'_>, it: &Value) -> bool {
    env::list(user.value).chain(env::list(app)).any(|of_user| {
        env::key(of_user) == env::key(it) && (env::is_secret(it) || env::value(of_user) == env::value(it))
    })
}

/// What the policy sets leads wherever the policy wants.
fn reads_database(app: &Value, job: &Component<'_>, decision: &Decision, policy: &EnvValues) -> bool {
    let leads = |env: &Value| matches!(decision.stores.of_env(&env_set::env(env)), Some(Store::Database { .. }));
    let envs = env::list(app).chain(job.envs());
    envs.filter(|env| !policy.given.contains_key(env::key(env))).any(leads)
}
