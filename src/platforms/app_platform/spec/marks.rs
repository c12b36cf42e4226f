//! Our marks in a spec: app-level envs that say whose app it is.

use serde_json::{Map, Value, json};

use super::env;
use crate::model::marks::{APP, COMMIT, ENVIRONMENT, Marks, REPOSITORY};

/// The marks of a live app's spec. `None`: it is not ours.
pub(crate) fn marks(spec: &Value) -> Option<Marks> {
    // Letter for letter: another spelling is not a mark of ours.
    Marks::read(env::list(spec).filter_map(|env| Some((env.get("key")?.as_str()?, env.get("value")?.as_str()?))))
}

/// Writes the marks, in place of any that the file brought along.
pub(super) fn write(spec: &mut Map<String, Value>, marks: &Marks) {
    let Some(envs) = env::list_mut(spec) else { return };
    envs.retain(|env| !is_mark(env::key(env)));
    for (key, value) in marks.envs() {
        envs.push(json!({ "key": key, "value": value, "scope": "RUN_TIME", "type": "GENERAL" }));
    }
}

/// The spec without the commit that it was deployed for.
pub(crate) fn without_commit(spec: &Value) -> Value {
    let mut spec = spec.clone();
    if let Some(envs) = spec.as_object_mut().and_then(env::list_mut) {
        envs.retain(|env| env::key(env) != COMMIT);
    }
    spec
}

pub(super) fn is_mark(key: &str) -> bool {
    [REPOSITORY, APP, ENVIRONMENT, COMMIT].contains(&key)
}
