//! Values for envs: from do-deploy.toml, the step's environment, or the app as it runs; else a list of what is missing.

use serde_json::Value;

use super::super::change::Changes;
use super::super::component;
use super::super::document::AppSpec;
use super::super::env;
use super::super::policy::Policy;
use super::ProductionInput;
use crate::model::failure::Failure;

/// An env without a value and its owner, `None` for the app.
struct Missing {
    key: String,
    /// The variable that would have set it.
    variable: String,
    owner: Option<String>,
}

pub(super) fn fill(
    spec: &AppSpec,
    planned: &mut Value,
    policy: &Policy,
    input: &ProductionInput<'_>,
    changes: &mut Changes,
) -> Result<(), Failure> {
    let mut missing: Vec<Missing> = Vec::new();
    let mut placed: Vec<String> = Vec::new();
    env::each_list(planned, |owner, envs| {
        for env in envs {
            let key = env::key(env).to_owned();
            if let Some(given) = policy.given.get(&key) {
                env::set(env, &given.value, given.secret);
                placed.push(key);
                continue;
            }
            let from = policy.missing.iter().find(|(missing, _)| *missing == key);
            // An empty value wipes the live secret, also where the file forgets that it is one.
            let wanting = env::value(env).is_none() && (env::is_secret(env) || is_live_secret(input.live, owner, &key));
            if from.is_none() && !wanting {
                continue;
            }
            let variable = from.map_or(&key, |(_, variable)| variable);
            match (input.variables)(variable)
                .filter(|value| !value.trim().is_empty())
                .or_else(|| live(input.live, owner, &key))
            {
                Some(value) => env::set(env, &value, true),
                None => missing.push(Missing {
                    variable: variable.clone(),
                    owner: owner.map(str::to_owned),
                    key: key.clone(),
                }),
            }
            placed.push(key);
        }
    });
    add(planned, policy, input, &placed, &mut missing);
    for key in policy.given.keys() {
        changes.push(format!("set env `{key}`"), "`env` in do-deploy.toml");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(failure(spec, &missing, input))
}

/// What do-deploy.toml gives and the file does not list reaches the whole app.
fn add(
    planned: &mut Value,
    policy: &Policy,
    input: &ProductionInput<'_>,
    placed: &[String],
    missing: &mut Vec<Missing>,
) {
    let is_new = |key: &&String| !placed.contains(key);
    let mut new: Vec<Value> = Vec::new();
    for (key, given) in policy.given.iter().filter(|(key, _)| is_new(key)) {
        new.push(env::new(key, &given.value, given.secret));
    }
    for (key, variable) in policy.missing.iter().filter(|(key, _)| is_new(&key)) {
        match live(input.live, None, key) {
            Some(value) => new.push(env::new(key, &value, true)),
            None => missing.push(Missing {
                key: key.clone(),
                variable: variable.clone(),
                owner: None,
            }),
        }
    }
    if new.is_empty() {
        return;
    }
    if let Some(envs) = planned.as_object_mut().and_then(env::list_mut) {
        envs.extend(new);
    }
}

/// The value that the live app has at the same place.
fn live(live: Option<&Value>, owner: Option<&str>, key: &str) -> Option<String> {
    env::value(live_env(live?, owner, key)?).map(str::to_owned)
}

fn is_live_secret(live: Option<&Value>, owner: Option<&str>, key: &str) -> bool {
    live.and_then(|live| live_env(live, owner, key))
        .is_some_and(env::is_secret)
}

fn live_env<'a>(live: &'a Value, owner: Option<&str>, key: &str) -> Option<&'a Value> {
    let owner = match owner {
        None => live,
        Some(name) => {
            component::components(live)
                .into_iter()
                .find(|it| it.name == name)?
                .value
        }
    };
    env::list(owner).find(|env| env::key(env) == key)
}

/// All of them at once, at the place of the first in the file.
fn failure(spec: &AppSpec, missing: &[Missing], input: &ProductionInput<'_>) -> Failure {
    let mut names: Vec<String> = Vec::new();
    for it in missing {
        let owners: Vec<&str> = missing
            .iter()
            .filter(|other| other.key == it.key)
            .map(|other| other.owner.as_deref().unwrap_or("the app"))
            .collect();
        let variable = if it.variable == it.key {
            String::new()
        } else {
            format!(" from `{}`", it.variable)
        };
        let name = format!("`{}`{variable} ({})", it.key, owners.join(", "));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let (what, it) = match names.len() {
        1 => ("a secret has no value".to_owned(), "it"),
        count => (format!("{count} secrets have no value"), "them"),
    };
    let example = &missing[0].variable;
    let failure = Failure::input(what).why(names.join(", ")).next(format!(
        "set {it} in the step's `env:`, such as `{example}: ${{{{ secrets.{example} }}}}`; {} has no value for {it} either",
        input.environment
    ));
    match pointer(spec, &missing[0]) {
        Some(pointer) => spec.locate(failure, &pointer),
        None => failure,
    }
}

fn pointer(spec: &AppSpec, missing: &Missing) -> Option<String> {
    let position = |owner: &Value| env::list(owner).position(|env| env::key(env) == missing.key);
    match &missing.owner {
        None => Some(format!("/envs/{}", position(&spec.value)?)),
        Some(name) => {
            let components = component::components(&spec.value);
            let it = components.iter().find(|it| it.name == name)?;
            Some(format!("/{}/{}/envs/{}", it.kind.key(), it.index, position(it.value)?))
        }
    }
}
