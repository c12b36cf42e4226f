//! Our marks in a spec: app-level envs that say whose app it is.

use serde_json::Value;

use super::env;
use crate::model::marks::{APP, COMMIT, ENVIRONMENT, Marks, REPOSITORY};

/// The marks of a live app's spec. `None`: it is not ours.
pub(crate) fn marks(spec: &Value) -> Option<Marks> {
    // Letter for letter: another spelling is not a mark of ours.
    Marks::read(env::list(spec).filter_map(env::literal))
}

/// Writes the marks, in place of any that the file brought along.
pub(crate) fn write(spec: &mut Value, marks: &Marks) {
    let Some(envs) = env::list_mut(spec) else { return };
    envs.retain(|env| !is_mark(env::key(env)));
    for (key, value) in marks.envs() {
        envs.push(env::new_at_run_time(key, &value));
    }
}

/// The spec without the commit that it was deployed for.
pub(crate) fn without_commit(spec: &Value) -> Value {
    let mut spec = spec.clone();
    if let Some(envs) = env::list_mut(&mut spec) {
        envs.retain(|env| env::key(env) != COMMIT);
    }
    spec
}

pub(crate) fn is_mark(key: &str) -> bool {
    [REPOSITORY, APP, ENVIRONMENT, COMMIT].contains(&key)
}
