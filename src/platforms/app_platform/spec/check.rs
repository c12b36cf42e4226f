//! What makes every flow impossible, found before anything is touched.

use std::collections::HashMap;

use serde_json::Value;

use super::component::{self, Kind};
use super::document::{app, types};
use super::env;
use super::names;
use super::notation::APP_SPEC;
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::policy::placeholder;

pub(super) fn check(spec: &Manifest) -> Result<(), Failure> {
    shape(spec)?;
    name(spec)?;
    lists(spec)?;
    types::check(spec)?;
    component_names(spec)?;
    let anything = Kind::ALL
        .iter()
        .any(|kind| *kind != Kind::Database && !component::of(spec.value(), *kind).is_empty());
    if !anything {
        let failure = Failure::input(format!("app `{}` has no component", spec.name()))
            .next("add an entry to `services`, `static_sites`, `workers`, `jobs` or `functions`");
        return Err(spec.locate(failure, app::NAME_POINTER));
    }
    Ok(())
}

fn shape(spec: &Manifest) -> Result<(), Failure> {
    if !spec.value().is_object() {
        let what = match spec.value() {
            Value::Null => "the app spec is empty",
            _ => "the app spec is not a mapping",
        };
        return Err(Failure::input(what)
            .next("begin with `name: my-app` and a list of `services`")
            .at(&spec.file, 1, 1));
    }
    Ok(())
}

fn name(spec: &Manifest) -> Result<(), Failure> {
    match app::name(spec.value()) {
        None | Some(Value::Null) => Err(Failure::input("the app spec has no `name`")
            .next("add `name: my-app` at the top")
            .at(&spec.file, 1, 1)),
        Some(Value::String(name)) => objection(spec, "app", name, app::NAME_POINTER),
        Some(_) => {
            let failure = Failure::input("the app's `name` is not a string").next("put it between quotes");
            Err(spec.locate(failure, app::NAME_POINTER))
        }
    }
}

fn objection(spec: &Manifest, noun: &str, name: &str, pointer: &str) -> Result<(), Failure> {
    match names::objection(name) {
        None => Ok(()),
        Some(_) if !placeholder::parts(name, APP_SPEC).is_empty() || placeholder::whole(name, APP_SPEC).is_some() => {
            let failure = Failure::input(format!("the name of the {noun} is `{name}`"))
                .why("placeholders are not expanded in an app spec")
                .next(format!("write the {noun}'s name, such as `my-app`"));
            Err(spec.locate(failure, pointer))
        }
        Some(why) => {
            let failure = Failure::input(format!("App Platform refuses `{name}` as the name of the {noun}"))
                .why(why)
                .next("choose a name such as `my-app`: lower-case letters, digits and `-`");
            Err(spec.locate(failure, pointer))
        }
    }
}

fn lists(spec: &Manifest) -> Result<(), Failure> {
    for kind in Kind::ALL {
        let key = kind.key();
        let entries = match spec.value().get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(entries)) => entries,
            Some(_) => {
                let failure = Failure::input(format!("`{key}` is not a list"))
                    .next(format!("begin every {} below it with `- name: ...`", kind.noun()));
                return Err(spec.locate(failure, &kind.pointer()));
            }
        };
        for (index, entry) in entries.iter().enumerate() {
            let pointer = format!("/{key}/{index}");
            if !entry.is_object() {
                let failure =
                    Failure::input(format!("an entry of `{key}` is not a mapping")).next("begin it with `- name: ...`");
                return Err(spec.locate(failure, &pointer));
            }
            envs(spec, entry, &pointer)?;
        }
    }
    envs(spec, spec.value(), "")
}

/// Envs have to be a list of mappings with a key, because secrets are told apart there.
fn envs(spec: &Manifest, owner: &Value, pointer: &str) -> Result<(), Failure> {
    match env::written(owner) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(envs)) => match envs.iter().position(|env| env::key(env).is_empty()) {
            None => Ok(()),
            Some(index) => {
                let failure = Failure::input("an entry of `envs` has no `key`").next("begin it with `- key: NAME`");
                Err(spec.locate(failure, &env::pointer(pointer, index)))
            }
        },
        Some(_) => {
            let failure = Failure::input("`envs` is not a list").next("write `- key: NAME` and `value: ...` below it");
            Err(spec.locate(failure, &env::list_pointer(pointer)))
        }
    }
}

fn component_names(spec: &Manifest) -> Result<(), Failure> {
    let mut seen: HashMap<&str, Kind> = HashMap::new();
    for component in component::components(spec.value()) {
        let noun = component.kind.noun();
        let pointer = component.name_pointer();
        if component.name.is_empty() {
            let failure = Failure::input(format!("a {noun} has no `name`")).next("add `name: ...` to it");
            return Err(spec.locate(failure, &component.pointer()));
        }
        objection(spec, noun, component.name, &pointer)?;
        if let Some(other) = seen.insert(component.name, component.kind) {
            let failure = Failure::input(format!("two components are called `{}`", component.name))
                .why(format!(
                    "names are unique within an app; the other one is a {}",
                    other.noun()
                ))
                .next("rename one of them");
            return Err(spec.locate(failure, &pointer));
        }
    }
    Ok(())
}
