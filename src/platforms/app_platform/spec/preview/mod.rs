//! From production's spec and a pull request to the preview's spec and the list of what changed. Pure.

use serde_json::Value;

use super::super::document::app;
use super::bindings::{self, Broken};
use super::component::{self, Kind};
use super::dialect::AppSpec;
use super::guard::guard;
use super::images;
use super::{env, former, marks, region, secrets};
use crate::config::PreviewDatabase;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::model::names::preview_app;
use crate::model::report::Database;
use crate::model::report::Sleep;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::{DatabaseChoice, PreviewInput, PreviewPlan};
use crate::policy::changes::{Changes, listed};
use crate::policy::env_values::EnvValues;
use crate::redact::Redactor;

mod addresses;
mod allowed;
mod build;
mod database;
mod decision;
mod development;
mod envs;
mod fields;
mod handwritten;
mod jobs;
mod loss;
mod prepare;
mod reach;
mod size;
mod sleep;
mod sources;
mod strip;
mod unknown;

/// The plan while it is being made.
#[derive(Default)]
struct Notes {
    changes: Changes,
    unset: Vec<String>,
    warnings: Vec<String>,
}

impl Notes {
    fn leave_out(&mut self, key: &str) {
        if !self.unset.iter().any(|known| known == key) {
            self.unset.push(key.to_owned());
        }
    }
}

/// The preview's spec. Fails where it would touch production or cannot work, before anything is created.
pub(crate) fn plan(spec: &Manifest, input: &PreviewInput<'_>) -> Result<PreviewPlan, Failure> {
    if input.pull_request.is_fork_of(input.repository.name()) {
        return Err(Failure::input("a pull request from a fork cannot have a preview")
            .why(format!("App Platform builds branches of `{}` only", input.repository))
            .next("push the branch to the repository itself"));
    }
    let named_after = input.allowed.name(spec);
    let name = preview_app(
        named_after,
        input.pull_request.number,
        input.repository_id,
        spec.words().longest_name,
    );
    let policy = EnvValues::resolve(
        &input.policy.env,
        input.variables,
        &|key| encrypted(input.live()?, key),
        input.random,
    );
    let mut notes = Notes::default();
    if named_after != spec.name() {
        notes.warnings.push(format!(
            "The app is called `{}` in this pull request: until the merge its preview is named after `{named_after}`, as on `{}`",
            spec.name(),
            input.allowed.branch
        ));
    }
    for (key, variable) in &policy.missing {
        notes
            .warnings
            .push(format!("`{key}` is not set: {}", policy.lack(variable)));
    }
    for (key, variable) in &policy.kept {
        notes.warnings.push(format!(
            "`{key}` keeps the value that the preview has: {}",
            policy.lack(variable)
        ));
    }
    notes.warnings.extend(former::warnings(spec, input.repository));
    let spec = &images::apply(input.images, spec, &mut notes.changes, &mut notes.warnings)?;
    let mut preview = spec.value().clone();
    notes.warnings.extend(region::correct(&mut preview));
    let (database, sleep) = if input.policy.spec.is_empty() {
        unknown::leave_out(&mut preview, &mut notes);
        let whole = spec.value();
        let spec = &Manifest {
            document: AppSpec::document(preview.clone()),
            ..spec.clone()
        };
        derive(spec, whole, input, &policy, &mut preview, &mut notes)?
    } else {
        unknown::leave_out_anchors(&mut preview, &mut notes);
        reach::refuse(spec, input.allowed.production.as_ref(), &policy)?;
        handwritten::adapt(&mut preview, input, &policy, &mut notes)
    };
    allowed::hold(&mut preview, spec, input, &mut notes)?;
    app::set_name(&mut preview, &name);
    marks::write(&mut preview, &marks_of(input));
    notes
        .changes
        .push(format!("called `{name}`"), "every pull request has an app of its own");
    let broken = bindings::broken(spec.value(), &|key| policy.given.contains_key(key));
    let (left, harmless): (Vec<_>, Vec<_>) = broken.into_iter().partition(|it| it.stays_in(&preview));
    bindings::refuse(spec, &left)?;
    notes.warnings.extend(harmless.iter().map(Broken::sentence));
    notes.warnings.extend(bindings::unfilled(spec.value(), &preview));
    warn_of_dangling(&preview, &mut notes);
    let production = input.allowed.production.as_ref();
    let wished = input.policy;
    let by_hand = !wished.spec.is_empty();
    notes
        .warnings
        .extend(addresses::warnings(spec, production, by_hand, &preview, &policy));
    let mut decided = vec![wished.database_url.as_str(), wished.prepare.trim(), wished.start.trim()];
    decided.extend(policy.given.values().map(|given| given.value.as_str()));
    // What a preview spec of its own holds is not production's.
    let known = if by_hand {
        Redactor::new()
    } else {
        secrets::known_from(spec.value())
    };
    guard(&preview, input.live(), &decided, &known, by_hand)?;
    unknown::refuse(&preview)?;
    notes.warnings.extend(images::taken_back(input.live(), &preview));
    Ok(PreviewPlan {
        name,
        loss: input.live().and_then(|live| loss::of_data(live, &preview)),
        document: AppSpec::document(preview),
        changes: notes.changes.into_vec(),
        database,
        sleep,
        unset: notes.unset,
        warnings: notes.warnings,
    })
}

/// Production's spec, step by step turned into a preview's. `whole`: before anything was left out.
fn derive(
    spec: &Manifest,
    whole: &Value,
    input: &PreviewInput<'_>,
    policy: &EnvValues,
    preview: &mut Value,
    notes: &mut Notes,
) -> Result<(DatabaseChoice, Sleep), Failure> {
    let decision = database::decide(spec, input, policy)?;
    let has_prepare = !input.policy.prepare.trim().is_empty();
    jobs::drop_others(preview, &decision, policy, has_prepare, notes);
    strip::strip(preview, whole, notes);
    sources::follow_head(preview, input, notes);
    size::shrink(preview, &input.policy.size, notes);
    envs::apply(preview, &decision, policy, &input.policy.database_url, notes);
    development::apply(preview, &decision, notes);
    prepare::apply(preview, &decision, &input.announcement, notes);
    let is_wish = input.policy.database == PreviewDatabase::Dev;
    tell(&decision.database, is_wish, notes);
    if let Some(why) = &decision.without {
        notes.warnings.push(format!("this preview has no database: {why}"));
    }
    let has_sqlite = decision.database.mode == Some(Database::Sqlite);
    let sleep = sleep::apply(preview, input, has_sqlite, notes)?;
    if component::components(preview)
        .iter()
        .all(|component| component.kind == Kind::Database)
    {
        return Err(Failure::input("nothing is left of the app in a preview")
            .why("previews have neither jobs nor functions, and the spec has nothing else")
            .next("switch previews off with `[preview] enabled = false`, or name a preview spec of your own"));
    }
    Ok((decision.database, sleep))
}

fn tell(database: &DatabaseChoice, is_wish: bool, notes: &mut Notes) {
    match database.mode {
        Some(Database::Sqlite) => notes.changes.push("uses SQLite", database.why.clone()),
        Some(Database::Development) => {
            notes
                .changes
                .push("uses a development database (PostgreSQL)", database.why.clone());
            if !is_wish {
                notes.warnings.push(format!(
                    "this preview has a development database, because {}",
                    database.why
                ));
            }
        }
        None => {}
    }
}

fn marks_of(input: &PreviewInput<'_>) -> Marks {
    Marks {
        repository: input.repository_id,
        app: input.app.mark().map(str::to_owned),
        environment: Environment::Preview(input.pull_request.number),
        commit: Some(input.commit.as_str().to_owned()),
    }
}

/// A binding to a component that is not there stays in the value letter for letter; the app would read `${…}`.
fn warn_of_dangling(preview: &Value, notes: &mut Notes) {
    let components = component::components(preview);
    let owners = std::iter::once(preview).chain(components.iter().map(|component| component.value));
    let mut dangling: Vec<String> = Vec::new();
    for env in owners.flat_map(env::list) {
        for binding in env::bindings(env::value(env).unwrap_or_default()) {
            let known = binding.component == "_self" || components.iter().any(|it| it.name == binding.component);
            let text = format!("{}={}", env::key(env), binding.whole);
            if !known && !dangling.contains(&text) {
                dangling.push(text);
            }
        }
    }
    if !dangling.is_empty() {
        notes.warnings.push(format!(
            "{} names a component that this preview does not have",
            listed(&dangling)
        ));
    }
}

/// The ciphertext that a live app has for a key, wherever it stands.
fn encrypted(live: &Value, key: &str) -> Option<String> {
    component::owners(live)
        .flat_map(|(_, owner)| env::list(owner))
        .filter(|env| env::key(env) == key)
        .find_map(|env| env::value(env).filter(|value| env::is_encrypted(value)))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests;
