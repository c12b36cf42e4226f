//! Puts the values of a deployment's envs into the app spec, and says which secrets can be read from now on.

use serde_json::Value;

use super::super::notation::APP_SPEC;
use super::super::{component, env, env_set};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::ProductionInput;
use crate::policy::changes::Changes;
use crate::policy::env_values::EnvValues;
use crate::policy::secret_filling::{self, Filled, Sources};

/// Fails where a secret has no value, at its place in the file.
pub(super) fn fill(
    spec: &Manifest,
    planned: &mut Value,
    policy: &EnvValues,
    input: &ProductionInput<'_>,
    changes: &mut Changes,
) -> Result<(), Failure> {
    let live = input.live().map(env_set::of);
    let sources = Sources {
        policy,
        variables: input.variables,
        environment: input.environment,
        live: live.as_ref(),
        notation: APP_SPEC,
    };
    let filled = secret_filling::fill(&env_set::of(planned), &sources, changes);
    write(planned, &filled);
    opened(spec, planned, input, changes);
    for key in policy.given.keys() {
        changes.push(format!("set env `{key}`"), "`env` in do-deploy.toml");
    }
    filled.end(&sources, changes).map_err(|(failure, place)| match place {
        Some((owner, index)) => spec.locate(failure, &env_set::pointer(spec.value(), owner, index)),
        None => failure,
    })
}

fn write(planned: &mut Value, filled: &Filled) {
    for edit in &filled.edits {
        let pointer = env_set::pointer(planned, edit.owner, edit.index);
        if let Some(env) = planned.pointer_mut(&pointer) {
            env::set(env, &edit.value, edit.secret);
        }
    }
    let added = filled
        .added
        .iter()
        .map(|(key, value, secret)| env::new(key, value, *secret));
    if !filled.added.is_empty()
        && let Some(envs) = env::list_mut(planned)
    {
        envs.extend(added);
    }
}

/// Lists the live app's secrets that are plain text from now on: in the live spec, or in the file.
fn opened(spec: &Manifest, planned: &Value, input: &ProductionInput<'_>, changes: &mut Changes) {
    let components = component::components(planned);
    let named = components.iter().map(|it| (Some(it.name), it.value));
    for (owner, value) in std::iter::once((None, planned)).chain(named) {
        for env in env::list(value) {
            let key = env::key(env);
            let Some(text) = env::value(env).filter(|_| is_live_secret(input.live(), owner, key)) else {
                continue;
            };
            let owner_noun = owner_noun(planned, owner);
            if !env::is_secret(env) {
                changes.push(
                    format!("env `{key}` of {owner_noun} is no longer a secret"),
                    "the live app has it as `type: SECRET`, and now it is sent in plain text",
                );
            } else if env::is_encrypted(text) && live_value(input.live(), owner, key).as_deref() != Some(text) {
                changes.push(
                    format!("replaced the secret `{key}` of {owner_noun}"),
                    "the file gives it another encrypted value than the live app has",
                );
            } else if !env::is_encrypted(text)
                && !env::is_bound(text)
                && live_value(Some(spec.value()), owner, key).as_deref() == Some(text)
            {
                changes.push(
                    format!("replaced the secret `{key}` of {owner_noun}"),
                    "the file gives it a value in plain text",
                );
            }
        }
    }
}

/// `the app`, `` service `web` ``.
fn owner_noun(spec: &Value, owner: Option<&str>) -> String {
    let found = component::owners(spec).find(|(it, _)| it.map(|it| it.name) == owner);
    match (found, owner) {
        (None, Some(name)) => format!("component `{name}`"),
        (found, _) => component::owner_noun(found.and_then(|(it, _)| it)),
    }
}

/// The value that a spec, the live app's or the file's, has at this place.
fn live_value(live: Option<&Value>, owner: Option<&str>, key: &str) -> Option<String> {
    env::value(env::find(live?, owner, key)?).map(str::to_owned)
}

fn is_live_secret(live: Option<&Value>, owner: Option<&str>, key: &str) -> bool {
    live.and_then(|live| env::find(live, owner, key))
        .is_some_and(env::is_secret)
}
