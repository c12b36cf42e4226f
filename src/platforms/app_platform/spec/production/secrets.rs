//! Values for envs: from do-deploy.toml, the step's environment, or the app as it runs; else a list of what is missing.

use serde_json::Value;

use super::super::component;
use super::super::env_values::EnvValues;
use super::super::{env, placeholder};
use crate::config::{Variable, is_reserved};
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::ProductionInput;
use crate::policy::changes::Changes;

/// An env without a value and its owner, `None` for the app.
struct Missing {
    key: String,
    /// The variable that would have set it.
    variable: String,
    owner: Option<String>,
    /// The file has something that is to be replaced by the value.
    has_placeholder: bool,
    /// The variable is there and belongs to the run.
    is_withheld: bool,
}

/// Why a variable that is there does not fill a secret.
const WITHHELD: &str = "in this step is the run's own, which no app gets";

pub(super) fn fill(
    spec: &Manifest,
    planned: &mut Value,
    policy: &EnvValues,
    input: &ProductionInput<'_>,
    changes: &mut Changes,
) -> Result<(), Failure> {
    let mut missing: Vec<Missing> = Vec::new();
    let mut placed: Vec<String> = Vec::new();
    let mut from_step: Vec<FromStep> = Vec::new();
    env::each_list(planned, |owner, envs| {
        for env in envs {
            let key = env::key(env).to_owned();
            if let Some(given) = policy.given.get(&key) {
                env::set(env, &given.value, given.secret);
                if given.secret {
                    let is_live = live_value(input.live(), owner, &key).is_some();
                    from_step.push(FromStep::new(&key, &key, is_live));
                }
                placed.push(key);
                continue;
            }
            let from = policy.missing.iter().find(|(missing, _)| *missing == key);
            let given = env::value(env);
            let placeholder = given.and_then(placeholder::whole);
            // An empty value wipes the live secret, also where the file forgets that it is one; a placeholder's text
            // overwrites it.
            let wanting = (given.is_none() || placeholder.is_some())
                && (env::is_secret(env) || is_live_secret(input.live(), owner, &key));
            if from.is_none() && !wanting {
                if let Some(text) = given.filter(|text| placeholder::waits(text))
                    && let Some(live) =
                        live_value(input.live(), owner, &key).filter(|live| live != text && !placeholder::waits(live))
                {
                    changes.push(
                        format!("kept env `{key}` of {}", owner_noun(spec.value(), owner)),
                        "its value in the file has a placeholder that nothing fills in, and the live app has a value",
                    );
                    let secret = is_live_secret(input.live(), owner, &key);
                    env::set(env, &live, secret);
                }
                continue;
            }
            let named = placeholder.and_then(|it| it.variable).filter(|name| !is_reserved(name));
            let variable = match from {
                Some((_, variable)) => variable.clone(),
                None => named.unwrap_or(&key).to_owned(),
            };
            let has_placeholder = placeholder.is_some();
            let variable_is = (input.variables)(&variable);
            let is_withheld = variable_is == Variable::Withheld;
            let name = || format!("the secret `{key}` of {}", owner_noun(spec.value(), owner));
            let found = match variable_is {
                Variable::Set(value) => Some(value),
                Variable::Missing | Variable::Withheld => None,
            };
            let live = live_value(input.live(), owner, &key);
            if is_withheld && live.is_some() {
                changes.push(format!("kept {}", name()), format!("`{variable}` {WITHHELD}"));
            } else if has_placeholder {
                let name = name();
                match &found {
                    Some(_) => changes.push(
                        format!("set {name} from `{variable}`"),
                        "its value in the file is a placeholder",
                    ),
                    None => changes.push(
                        format!("kept {name}"),
                        format!(
                            "its value in the file is a placeholder, and the step's environment has no `{variable}`"
                        ),
                    ),
                }
            }
            if found.is_some() {
                from_step.push(FromStep::new(&key, &variable, live.is_some()));
            }
            match found.or(live) {
                Some(value) => env::set(env, &value, true),
                None => missing.push(Missing {
                    variable,
                    owner: owner.map(str::to_owned),
                    key: key.clone(),
                    has_placeholder,
                    is_withheld,
                }),
            }
            placed.push(key);
        }
    });
    add(planned, policy, input, &placed, &mut missing, &mut from_step);
    opened(spec, planned, input, changes);
    for key in policy.given.keys() {
        changes.push(format!("set env `{key}`"), "`env` in do-deploy.toml");
    }
    if missing.is_empty() {
        tell_of_step(from_step, input, changes);
        return Ok(());
    }
    Err(failure(spec, &missing, input))
}

/// A secret that a variable of this run gave a value.
#[derive(PartialEq, Eq)]
struct FromStep {
    /// Key and, where it has another name, the variable.
    name: String,
    /// The live app has a value, which this one takes the place of.
    replaces: bool,
}

impl FromStep {
    fn new(key: &str, variable: &str, replaces: bool) -> Self {
        let name = match key == variable {
            true => format!("`{key}`"),
            false => format!("`{key}` from `{variable}`"),
        };
        Self { name, replaces }
    }
}

/// Says by key which secrets are given a value in this run: the live app's are replaced, and whether by the same value
/// cannot be known, because the platform shows them encrypted.
fn tell_of_step(given: Vec<FromStep>, input: &ProductionInput<'_>, changes: &mut Changes) {
    for (replaces, why) in [
        (
            true,
            "the live app has a value already, and this step's takes its place",
        ),
        (
            false,
            match input.live() {
                Some(_) => "the live app has none yet",
                None => "they are set in the step's environment",
            },
        ),
    ] {
        let mut names: Vec<&str> = given
            .iter()
            .filter(|it| it.replaces == replaces)
            .map(|it| it.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            changes.push(format!("secrets from this step: {}", names.join(", ")), why);
        }
    }
}

/// What do-deploy.toml gives and the file does not list reaches the whole app.
fn add(
    planned: &mut Value,
    policy: &EnvValues,
    input: &ProductionInput<'_>,
    placed: &[String],
    missing: &mut Vec<Missing>,
    from_step: &mut Vec<FromStep>,
) {
    let is_new = |key: &&String| !placed.contains(key);
    let mut new: Vec<Value> = Vec::new();
    for (key, given) in policy.given.iter().filter(|(key, _)| is_new(key)) {
        new.push(env::new(key, &given.value, given.secret));
        if given.secret {
            from_step.push(FromStep::new(key, key, live_value(input.live(), None, key).is_some()));
        }
    }
    for (key, variable) in policy.missing.iter().filter(|(key, _)| is_new(&key)) {
        match live_value(input.live(), None, key) {
            Some(value) => new.push(env::new(key, &value, true)),
            None => missing.push(Missing {
                key: key.clone(),
                variable: variable.clone(),
                owner: None,
                has_placeholder: false,
                is_withheld: (input.variables)(variable) == Variable::Withheld,
            }),
        }
    }
    if new.is_empty() {
        return;
    }
    if let Some(envs) = env::list_mut(planned) {
        envs.extend(new);
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

/// All of them at once, at the place of the first in the file.
fn failure(spec: &Manifest, missing: &[Missing], input: &ProductionInput<'_>) -> Failure {
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
        let placeholder = match it.has_placeholder {
            true => ", whose value in the file is a placeholder",
            false => "",
        };
        let own = match it.is_withheld {
            true => format!("; `{}` {WITHHELD}", it.variable),
            false => String::new(),
        };
        let name = format!("`{}`{variable} ({}{own}){placeholder}", it.key, owners.join(", "));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let what = match names.len() {
        1 => "a secret has no value".to_owned(),
        count => format!("{count} secrets have no value"),
    };
    let (withheld, absent): (Vec<&Missing>, Vec<&Missing>) = missing.iter().partition(|it| it.is_withheld);
    let mut next = Vec::new();
    if let Some(first) = absent.first() {
        let it = if absent.iter().all(|other| other.key == first.key) {
            "it"
        } else {
            "them"
        };
        let (example, environment) = (&first.variable, input.environment);
        next.push(format!(
            "set {it} in the step's `env:`, such as `{example}: ${{{{ secrets.{example} }}}}`; {environment} has no value for {it} either"
        ));
    }
    if let Some(first) = withheld.first() {
        let (key, table) = (&first.key, table(input.environment));
        next.push(format!(
            "give the app a token of its own under another name: below `[{table}]` in do-deploy.toml let `{key}` be `{{ from = \"APP_{key}\" }}`, and set `APP_{key}: ${{{{ secrets.APP_{key} }}}}` in the step's `env:`"
        ));
    }
    let failure = Failure::input(what).why(names.join(", ")).next(next.join("; "));
    match pointer(spec, &missing[0]) {
        Some(pointer) => spec.locate(failure, &pointer),
        None => failure,
    }
}

/// The table of do-deploy.toml that gives an environment its envs.
fn table(environment: &Environment) -> String {
    match environment {
        Environment::Named(name) if name != "production" => format!("environments.{name}.env"),
        _ => "production.env".to_owned(),
    }
}

fn pointer(spec: &Manifest, missing: &Missing) -> Option<String> {
    let position = |owner: &Value| env::list(owner).position(|env| env::key(env) == missing.key);
    match &missing.owner {
        None => Some(env::pointer("", position(spec.value())?)),
        Some(name) => {
            let components = component::components(spec.value());
            let it = components.iter().find(|it| it.name == name)?;
            Some(env::pointer(&it.pointer(), position(it.value)?))
        }
    }
}
