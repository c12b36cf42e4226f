//! What makes every flow impossible, found before anything is touched.

use std::collections::HashMap;

use serde_json::Value;

use super::super::component::{self, Kind};
use super::super::document::{app, types};
use super::super::notation::APP_SPEC;
use super::super::{env, names};
use crate::model::failure::Failure;
use crate::policy::placeholder;

/// What is wrong with it, by the pointers of what it is about.
pub(super) type Objections = Vec<(String, Failure)>;

/// In the order in which it matters: what is wrong with the whole comes first.
pub(super) fn objections(spec: &Value) -> Objections {
    let mut found = Objections::new();
    if !spec.is_object() {
        let what = match spec {
            Value::Null => "the app spec is empty",
            _ => "the app spec is not a mapping",
        };
        let failure = Failure::input(what).next("begin with `name: my-app` and a list of `services`");
        return vec![(String::new(), failure)];
    }
    name(spec, &mut found);
    lists(spec, &mut found);
    found.extend(types::check(spec));
    component_names(spec, &mut found);
    let anything = Kind::ALL
        .iter()
        .any(|kind| *kind != Kind::Database && !component::of(spec, *kind).is_empty());
    if !anything {
        let failure = Failure::input(format!("app `{}` has no component", app::name_of(spec)))
            .next("add an entry to `services`, `static_sites`, `workers`, `jobs` or `functions`");
        found.push((app::NAME_POINTER.to_owned(), failure));
    }
    found
}

fn name(spec: &Value, found: &mut Objections) {
    match app::name(spec) {
        None | Some(Value::Null) => {
            let failure = Failure::input("the app spec has no `name`").next("add `name: my-app` at the top");
            found.push((String::new(), failure));
        }
        Some(Value::String(name)) => objection("app", name, app::NAME_POINTER, found),
        Some(_) => {
            let failure = Failure::input("the app's `name` is not a string").next("put it between quotes");
            found.push((app::NAME_POINTER.to_owned(), failure));
        }
    }
}

fn objection(noun: &str, name: &str, pointer: &str, found: &mut Objections) {
    let Some(why) = names::objection(name) else { return };
    let is_placeholder = !placeholder::parts(name, APP_SPEC).is_empty() || placeholder::whole(name, APP_SPEC).is_some();
    let failure = match is_placeholder {
        true => Failure::input(format!("the name of the {noun} is `{name}`"))
            .why("placeholders are not expanded in an app spec")
            .next(format!("write the {noun}'s name, such as `my-app`")),
        false => Failure::input(format!("App Platform refuses `{name}` as the name of the {noun}"))
            .why(why)
            .next("choose a name such as `my-app`: lower-case letters, digits and `-`"),
    };
    found.push((pointer.to_owned(), failure));
}

fn lists(spec: &Value, found: &mut Objections) {
    for kind in Kind::ALL {
        let key = kind.key();
        let entries = match spec.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(entries)) => entries,
            Some(_) => {
                let failure = Failure::input(format!("`{key}` is not a list"))
                    .next(format!("begin every {} below it with `- name: ...`", kind.noun()));
                found.push((kind.pointer(), failure));
                continue;
            }
        };
        for (index, entry) in entries.iter().enumerate() {
            let pointer = format!("/{key}/{index}");
            if entry.is_object() {
                envs(entry, &pointer, found);
            } else {
                let failure =
                    Failure::input(format!("an entry of `{key}` is not a mapping")).next("begin it with `- name: ...`");
                found.push((pointer, failure));
            }
        }
    }
    envs(spec, "", found);
}

/// Envs have to be a list of mappings with a key, because secrets are told apart there.
fn envs(owner: &Value, pointer: &str, found: &mut Objections) {
    match env::written(owner) {
        None | Some(Value::Null) => {}
        Some(Value::Array(envs)) => {
            for (index, _) in envs.iter().enumerate().filter(|(_, env)| env::key(env).is_empty()) {
                let failure = Failure::input("an entry of `envs` has no `key`").next("begin it with `- key: NAME`");
                found.push((env::pointer(pointer, index), failure));
            }
        }
        Some(_) => {
            let failure = Failure::input("`envs` is not a list").next("write `- key: NAME` and `value: ...` below it");
            found.push((env::list_pointer(pointer), failure));
        }
    }
}

fn component_names(spec: &Value, found: &mut Objections) {
    let mut seen: HashMap<&str, Kind> = HashMap::new();
    for component in component::components(spec) {
        let noun = component.kind.noun();
        let pointer = component.name_pointer();
        if component.name.is_empty() {
            let failure = Failure::input(format!("a {noun} has no `name`")).next("add `name: ...` to it");
            found.push((component.pointer(), failure));
            continue;
        }
        objection(noun, component.name, &pointer, found);
        if let Some(other) = seen.insert(component.name, component.kind) {
            let failure = Failure::input(format!("two components are called `{}`", component.name))
                .why(format!(
                    "names are unique within an app; the other one is a {}",
                    other.noun()
                ))
                .next("rename one of them");
            found.push((pointer, failure));
        }
    }
}
