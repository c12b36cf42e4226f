//! Which of the spec's jobs a preview keeps.

use serde_json::Value;

use super::super::component::{self, Kind};
use super::super::env;
use super::super::policy::Policy;
use super::super::store::Store;
use super::database::Decision;
use super::{DatabaseMode, Notes};

/// Drops every job that is not for the preview. PRE_DEPLOY jobs stay for now: a later step may move their commands.
pub(super) fn drop_others(preview: &mut Value, decision: &Decision, policy: &Policy, notes: &mut Notes) {
    let app = preview.clone();
    let reason = |job: &Value| match component::job_kind(job) {
        "PRE_DEPLOY" if decision.database.mode == DatabaseMode::None && reads_database(&app, job, decision, policy) => {
            Some("it prepares a database that this preview does not have")
        }
        "PRE_DEPLOY" => None,
        "FAILED_DEPLOY" => Some("the pull request's comment tells about failures"),
        "SCHEDULED" => Some("nothing in a preview runs on a schedule"),
        _ => Some("it may act on the outside world for a version that is not released"),
    };
    for job in component::of(preview, Kind::Job) {
        if let Some(why) = reason(job.value) {
            notes.changes.push(
                format!("dropped job `{}` ({})", job.name, component::job_kind(job.value)),
                why,
            );
        }
    }
    component::retain(preview, Kind::Job, |job| reason(job).is_none());
}

/// What the policy sets leads wherever the policy wants.
fn reads_database(app: &Value, job: &Value, decision: &Decision, policy: &Policy) -> bool {
    let leads = |env: &Value| matches!(decision.stores.of_env(env), Some(Store::Database { .. }));
    let envs = env::list(app).chain(env::list(job));
    envs.filter(|env| !policy.given.contains_key(env::key(env))).any(leads)
}
