//! From the file's spec to what production, or a named environment, is sent: marks, branch, secrets, adoption. Pure.

use serde_json::Value;

use super::super::document::{app, domain};
use super::dialect::AppSpec;
use super::images;
use super::{bindings, credentials, env, former, marks, region};
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::{ProductionInput, ProductionPlan, Taken, agree, without_app};
use crate::policy::changes::Changes;
use crate::policy::env_values::EnvValues;

mod adoption;
pub(crate) mod going_back;
mod kept;
mod loss;
mod secrets;
mod sources;

/// The spec to send. Fails before anything is touched: foreign app, settings that would be lost, missing secrets.
pub(crate) fn plan(spec: &Manifest, input: &ProductionInput<'_>) -> Result<ProductionPlan, Failure> {
    own_spec(spec, input)?;
    adoption::ownership(spec, input)?;
    if let (None, Some(live)) = (input.replace, input.live()) {
        return as_it_is(live, input);
    }
    let mut changes = Changes::default();
    let mut warnings = Vec::new();
    let spec = &images::apply(input.images, spec, &mut changes, &mut warnings)?;
    warnings.extend(plain_credentials(spec));
    warnings.extend(former::warnings(spec, input.repository));
    let mut planned = spec.value().clone();
    warnings.extend(region::correct(&mut planned));
    sources::follow(&mut planned, input, &mut changes, &mut warnings);
    // Config refuses `generate` here, so that nothing random is needed.
    let policy = EnvValues::resolve(&input.target.env, input.variables, &|_| None, &|| [0; 32]);
    bindings::refuse(
        spec,
        &bindings::broken(spec.value(), &|key| policy.given.contains_key(key)),
    )?;
    secrets::fill(spec, &mut planned, &policy, input, &mut changes)?;
    let marks = Marks {
        repository: input.repository_id,
        app: input.app.mark().map(str::to_owned),
        environment: input.environment.clone(),
        commit: Some(input.commit.as_str().to_owned()),
    };
    marks::write(&mut planned, &marks);
    kept::keep(&mut planned, input, &mut warnings);
    warnings.extend(bindings::unfilled(spec.value(), &planned));
    let taken = taken(spec, &planned, input, &mut changes)?;
    adoption::losses(spec, &planned, input, &mut changes)?;
    warnings.extend(images::taken_back(input.live(), &planned));
    Ok(ProductionPlan {
        name: spec.name().to_owned(),
        document: AppSpec::document(planned),
        changes: changes.into_vec(),
        warnings,
        taken,
    })
}

/// The live app's own spec, which is deployed again and not sent: nothing of it changes.
fn as_it_is(live: &Value, input: &ProductionInput<'_>) -> Result<ProductionPlan, Failure> {
    sources::same_branch(live, input)?;
    Ok(ProductionPlan {
        name: app::name_of(live).trim().to_owned(),
        document: AppSpec::document(live.clone()),
        changes: Vec::new(),
        warnings: Vec::new(),
        taken: Vec::new(),
    })
}

/// Credentials that anybody who can read the repository has, by the names of their envs.
fn plain_credentials(spec: &Manifest) -> Option<String> {
    let places = credentials::places(spec.value());
    (!places.is_empty()).then(|| {
        format!(
            "credentials stand in plain text in the app spec, for everyone who can read the repository: {}; make each a `type: SECRET` without a value, set it in the step's `env:`, and replace the one that was readable",
            places.join(", ")
        )
    })
}

/// What the update takes from the live app, with the consent that it needs.
fn taken(
    spec: &Manifest,
    planned: &Value,
    input: &ProductionInput<'_>,
    changes: &mut Changes,
) -> Result<Vec<Taken>, Failure> {
    let Some(replace) = input.replace else {
        return Ok(Vec::new());
    };
    let Some(live) = input.live() else {
        return without_app(replace, spec);
    };
    let mut losses = loss::losses(live, input.active(), planned);
    if input.live_marks.is_some() {
        adoption::removed(live, planned, changes);
    }
    // `adopt = true` agrees to the loss of domains, and says so itself.
    if input.live_marks.is_none() {
        losses.retain(|loss| !domain::is_consent(&loss.name) || replace.names(&loss.name));
    }
    agree(replace, spec, &loss::names(live), &losses, changes)
}

/// One file for two environments would be one app for both.
fn own_spec(spec: &Manifest, input: &ProductionInput<'_>) -> Result<(), Failure> {
    if input.environment.is_production() || !input.target.spec.is_empty() {
        return Ok(());
    }
    let environment = input.environment;
    Err(
        Failure::input(format!("environment `{environment}` has no app spec of its own"))
            .why(format!(
                "with production's it would deploy over the app `{}`",
                spec.name()
            ))
            .next(format!(
                "copy the spec, give the copy another `name`, and set `spec` in `[environments.{environment}]`"
            )),
    )
}

/// The list of an owner's env keys, our marks aside.
fn keys(owner: &Value) -> Vec<&str> {
    env::list(owner)
        .map(env::key)
        .filter(|key| !marks::is_mark(key))
        .collect()
}

#[cfg(test)]
mod tests;
