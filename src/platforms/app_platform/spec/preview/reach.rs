//! Refuses a hand-written preview spec that reaches something of production's, at its place in the file.

use serde_json::Value;

use super::super::notation::APP_SPEC;
use super::super::{env_set, marks, secrets};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::policy::env_values::EnvValues;
use crate::policy::preview_reach::{self, Place, Productions};

/// Refuses a spec with the address of a store, a credential, or what `production` uses as one. What `[preview] env`
/// gives is a decision, and exempt.
pub(super) fn refuse(spec: &Manifest, production: Option<&Manifest>, policy: &EnvValues) -> Result<(), Failure> {
    let of = |it: &Manifest| Productions::of(&env_set::of(it.value()), &secrets::secret_values(it.value()), APP_SPEC);
    let productions = production.map(of).unwrap_or_default();
    let is_exempt = |key: &str| policy.decides(key) || marks::is_mark(key);
    let found = preview_reach::find(&env_set::of(spec.value()), &productions, &is_exempt, APP_SPEC);
    let Some(first) = found.first() else {
        return Ok(());
    };
    let failure = match found.as_slice() {
        [one] => Failure::input("the preview would touch production").why(one.what.clone()),
        _ => {
            let failure = Failure::input(format!("the preview would touch production in {} ways", found.len()));
            found.iter().fold(failure, |failure, it| {
                let at = pointer(spec.value(), it.place);
                let line = spec.places.find(&at).map(|(line, _)| format!(" (line {line})"));
                failure.point(format!("{}{}", it.what, line.unwrap_or_default()))
            })
        }
    };
    let failure = failure.next(
        "give it a value under `[preview] env` in `do-deploy.toml` if previews may have it, else take it out of the preview spec",
    );
    Err(spec.locate(failure, &pointer(spec.value(), first.place)))
}

/// The JSON pointer of a place.
fn pointer(spec: &Value, place: Place) -> String {
    match place {
        Place::Env { owner, index } => env_set::pointer(spec, owner, index),
        Place::Command { owner, field } => format!("{}/{field}", env_set::owner_pointer(spec, owner)),
    }
}
