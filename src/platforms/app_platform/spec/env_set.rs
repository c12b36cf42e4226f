//! An app spec's envs and commands, as the rules of every platform read them.

use serde_json::Value;

use super::component::{self, Component, Kind};
use super::env;
use super::notation::APP_SPEC;
use crate::policy::datastores::Holds;
use crate::policy::datastores::stores::Stores;
use crate::policy::env::{Env, EnvSet, Owner};

/// One entry of `envs`.
pub(super) fn env(it: &Value) -> Env<'_> {
    Env {
        key: env::key(it),
        value: env::value(it).unwrap_or_default(),
        is_secret: env::is_secret(it),
        is_for_build: !env::at_run_time(it),
    }
}

/// Every env of a spec.
pub(super) fn of(spec: &Value) -> EnvSet<'_> {
    let owners = component::owners(spec).map(|(component, value)| Owner {
        name: component.map(|it| it.name),
        noun: component::owner_noun(component),
        database: component.and_then(database),
        runs_image: component.is_some_and(|it| it.names_image()),
        envs: env::list(value).map(env).collect(),
        commands: component.into_iter().flat_map(|it| it.commands()).collect(),
    });
    EnvSet {
        owners: owners.collect(),
    }
}

/// The JSON pointer of an env in a set that was made of this spec.
pub(super) fn pointer(spec: &Value, owner: usize, index: usize) -> String {
    env::pointer(&owner_pointer(spec, owner), index)
}

/// The same of its owner.
pub(super) fn owner_pointer(spec: &Value, owner: usize) -> String {
    match component::owners(spec).nth(owner) {
        Some((Some(it), _)) => it.pointer(),
        _ => String::new(),
    }
}

/// What the envs of a spec lead to.
pub(super) fn stores(spec: &Value) -> Stores {
    Stores::of(&of(spec), APP_SPEC)
}

fn database(component: Component<'_>) -> Option<Holds> {
    match (component.kind, component.engine()) {
        (Kind::Database, Some("REDIS" | "VALKEY" | "KAFKA" | "OPENSEARCH" | "MONGODB")) => Some(Holds::Other),
        (Kind::Database, _) => Some(Holds::Database),
        _ => None,
    }
}
