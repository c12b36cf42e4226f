//! Whether what an app spec leaves to be filled in is filled in: bindings to what does not exist, and foreign placeholders.

use std::collections::HashSet;

use serde_json::Value;

use super::component::{self, Component, Kind, owner_noun, owners};
use super::env::{self, Binding};
use super::notation::{APP_SPEC, is_meant_for_platform};
use crate::config::nearest;
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::policy::changes::listed;
use crate::policy::placeholder;

/// What App Platform fills in, by what it belongs to.
/// <https://docs.digitalocean.com/products/app-platform/how-to/use-environment-variables/#using-bindable-variables-within-environment-variables>
const SERVICE: [&str; 6] = [
    "PRIVATE_DOMAIN",
    "PRIVATE_URL",
    "PRIVATE_PORT",
    "COMMIT_HASH",
    "PUBLIC_ROUTE_PATH",
    "PUBLIC_URL",
];
const SITE: [&str; 3] = ["COMMIT_HASH", "PUBLIC_ROUTE_PATH", "PUBLIC_URL"];
const FUNCTIONS: [&str; 4] = [
    "COMMIT_HASH",
    "PUBLIC_ROUTE_PATH",
    "PUBLIC_URL",
    "FUNCTIONS_LOG_DESTINATION_JSON",
];
const WORKER: [&str; 1] = ["COMMIT_HASH"];
const DATABASE: [&str; 10] = [
    "HOSTNAME",
    "PORT",
    "USERNAME",
    "PASSWORD",
    "DATABASE",
    "DATABASE_URL",
    "DATABASE_PRIVATE_URL",
    "JDBC_DATABASE_URL",
    "CA_CERT",
    "REDIS_URL",
];

/// Engines whose variables the page does not list.
const OTHER_ENGINES: [&str; 3] = ["KAFKA", "OPENSEARCH", "MONGODB"];

/// How many placeholders a warning names.
const MOST: usize = 8;

/// A binding to what the app spec does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    key: String,
    /// The component's name; `None`: the app.
    owner: Option<String>,
    /// The whole of it, from `$` to `}`.
    binding: String,
    pointer: String,
    what: String,
    next: String,
}

impl Broken {
    /// Whether a spec that was made of this one still has it.
    pub(super) fn stays_in(&self, planned: &Value) -> bool {
        let env = env::find(planned, self.owner.as_deref(), &self.key);
        env.and_then(env::value)
            .is_some_and(|value| value.contains(&self.binding))
    }

    /// The env that has it.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(super) fn failure(&self) -> Failure {
        Failure::input(self.what.clone())
            .why("App Platform passes such text to the app unchanged")
            .next(self.next.clone())
    }

    /// For where nothing is refused because of it.
    pub(super) fn sentence(&self) -> String {
        format!("{}; {}", self.what, self.next)
    }
}

/// Every binding to a component or a variable that does not exist. `is_given`: keys whose value comes from elsewhere.
pub(super) fn broken(spec: &Value, is_given: &dyn Fn(&str) -> bool) -> Vec<Broken> {
    let components = component::components(spec);
    let mut broken = Vec::new();
    for (owner, value) in owners(spec) {
        for (index, env) in env::list(value).enumerate() {
            let key = env::key(env);
            if is_given(key) {
                continue;
            }
            for binding in env::bindings(env::value(env).unwrap_or_default()) {
                let Some((lacks, next)) = objection(binding, owner, &components) else {
                    continue;
                };
                broken.push(Broken {
                    key: key.to_owned(),
                    owner: owner.map(|owner| owner.name.to_owned()),
                    binding: binding.whole.to_owned(),
                    pointer: match owner {
                        None => env::pointer("", index),
                        Some(owner) => env::pointer(&owner.pointer(), index),
                    },
                    what: format!(
                        "`{key}` of {} names `{}`, but {lacks}",
                        owner_noun(owner),
                        binding.whole
                    ),
                    next,
                });
            }
        }
    }
    broken
}

/// Fails where there are any, at the place of the first.
pub(super) fn refuse(spec: &Manifest, broken: &[Broken]) -> Result<(), Failure> {
    let Some((first, rest)) = broken.split_first() else {
        return Ok(());
    };
    let mut failure = first.failure();
    for other in rest {
        failure = failure.point(other.sentence());
    }
    Err(spec.locate(failure, &first.pointer))
}

/// What does not exist, and what may have been meant.
fn objection(
    binding: Binding<'_>,
    owner: Option<Component<'_>>,
    components: &[Component<'_>],
) -> Option<(String, String)> {
    let Binding {
        component: name,
        variable,
        whole,
    } = binding;
    let component = components.iter().find(|it| it.name == name);
    if component.is_none() && !is_meant_for_platform(&binding) {
        return None;
    }
    let its = match (name, owner) {
        ("_self", None) => return None,
        ("_self", Some(owner)) => owner,
        _ => match component {
            Some(component) => *component,
            None => {
                let names: Vec<&str> = components.iter().map(|it| it.name).collect();
                let fits = |near: &&str| components.iter().any(|it| it.name == *near && has(it, variable));
                let near = nearest(name, &names).filter(fits).or_else(|| {
                    // A database by another name is what is meant where there is only one.
                    let mut databases = components.iter().filter(|it| it.kind == Kind::Database);
                    let only = databases
                        .next()
                        .filter(|it| has(it, variable) && databases.next().is_none());
                    only.map(|it| it.name)
                });
                let next = match near {
                    Some(near) => meant(&whole.replacen(name, near, 1)),
                    None => match names.as_slice() {
                        [only] => format!("its only component is `{only}`"),
                        _ => format!("its components are {}", listed(&names)),
                    },
                };
                return Some((format!("the app spec has no component `{name}`"), next));
            }
        },
    };
    if has(&its, variable) {
        return None;
    }
    let known = variables(its.kind);
    // `HOST` is no typo of `PORT`.
    let begun = known
        .iter()
        .find(|it| variable.len() > 2 && it.starts_with(variable))
        .copied();
    let next = match begun.or_else(|| nearest(variable, known)) {
        Some(near) => meant(&whole.replacen(&format!(".{variable}"), &format!(".{near}"), 1)),
        None => format!(
            "it has {}; another value can be given with `env` in do-deploy.toml",
            listed(known)
        ),
    };
    Some((format!("the {} has no variable `{variable}`", its.titled()), next))
}

fn meant(text: &str) -> String {
    format!("did you mean `{text}`?")
}

fn has(component: &Component<'_>, variable: &str) -> bool {
    let engine = component.engine().unwrap_or_default();
    let is_other = component.kind == Kind::Database && OTHER_ENGINES.iter().any(|it| engine.eq_ignore_ascii_case(it));
    // The page does not say whether a component's own envs can be bound.
    let is_own = env::list(component.value).any(|env| env::key(env) == variable);
    is_other || is_own || variables(component.kind).contains(&variable)
}

fn variables(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Service => &SERVICE,
        Kind::StaticSite => &SITE,
        Kind::Function => &FUNCTIONS,
        Kind::Worker | Kind::Job => &WORKER,
        Kind::Database => &DATABASE,
    }
}

/// A warning about the placeholders of a file that reach the platform as they stand: in envs, and in fields that are no
/// command. `planned`: what is sent.
pub(super) fn unfilled(spec: &Value, planned: &Value) -> Option<String> {
    let mut places: Vec<String> = Vec::new();
    for (owner, value) in owners(spec) {
        for env in env::list(value) {
            let (key, Some(text)) = (env::key(env), env::value(env)) else {
                continue;
            };
            // Filled in, kept, left out.
            let sent = env::find(planned, owner.map(|it| it.name), key);
            if sent.and_then(env::value) != Some(text) {
                continue;
            }
            let of = owner_noun(owner);
            match placeholder::parts(text, APP_SPEC).as_slice() {
                [] if placeholder::whole(text, APP_SPEC).is_some_and(|it| it.variable.is_some()) => {
                    places.push(format!("`{key}` of {of}"));
                }
                [] => {}
                parts => places.push(format!("{} in `{key}` of {of}", listed(parts))),
            }
        }
    }
    let written = texts(spec);
    for (owner, value) in owners(planned) {
        let fields = value.as_object().into_iter().flatten();
        for (key, field) in fields.filter(|(key, _)| owner.is_some() || !is_list_of_components(key)) {
            in_field(key, field, &owner_noun(owner), &written, &mut places);
        }
    }
    let more = places.len().saturating_sub(MOST);
    places.truncate(MOST);
    let more = match more {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    (!places.is_empty()).then(|| {
        format!(
            "placeholders that nothing fills in are sent as they stand: {}{more}; App Platform knows `${{APP_URL}}`, `${{APP_DOMAIN}}`, `${{APP_ID}}` and `${{component.VARIABLE}}`, and a value of this step reaches an env by `{{ from = \"NAME\" }}` in do-deploy.toml",
            places.join(", ")
        )
    })
}

fn is_list_of_components(key: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.key() == key)
}

/// Every text of a document.
fn texts(value: &Value) -> HashSet<&str> {
    match value {
        Value::String(text) => HashSet::from([text.as_str()]),
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => HashSet::new(),
    }
}

/// `written`: the file's own texts. What the plan puts in their place, such as a branch, is meant as it is.
fn in_field(key: &str, value: &Value, owner: &str, written: &HashSet<&str>, places: &mut Vec<String>) {
    // A shell fills in what a command names, and envs are looked at by key.
    if env::is_list(key) || component::is_command(key) {
        return;
    }
    match value {
        Value::String(text) if written.contains(text.as_str()) => {
            let parts = placeholder::parts(text, APP_SPEC);
            if !parts.is_empty() {
                places.push(format!("{} in `{key}` of {owner}", listed(&parts)));
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| in_field(key, item, owner, written, places)),
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| in_field(key, value, owner, written, places)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
