//! Whether the live app is ours to update, and what an update would take from it.

use serde_json::Value;

use super::super::component::{self, Component, Kind};
use super::super::document::maintenance::{Switch, is_on};
use super::super::document::{app, source};
use super::super::{env, images, marks};
use super::{keys, loss, sources};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::ProductionInput;
use crate::policy::adoption::Claim;
use crate::policy::changes::Changes;

/// What decides whether the live app is this environment's.
fn claim<'a>(spec: &'a Manifest, live: &Value, input: &ProductionInput<'a>) -> Claim<'a> {
    let own = source::sources(live).into_iter();
    let own = own.filter(|source| source.is_repository(input.repository));
    Claim {
        name: spec.name(),
        words: spec.words(),
        repository: input.repository.name(),
        repository_id: input.repository_id,
        environment: input.environment,
        app: input.app,
        branch: input.branch,
        adopt: input.target.adopt,
        marks: input.live_marks,
        neighbours: input.neighbours,
        built_here: own.map(|source| (source.component, source.branch)).collect(),
        wanted: sources::branches(spec.value(), input),
        same_images: images::same_repositories(live, spec.value()),
    }
}

/// Refuses what is marked as another repository's, environment's or entry's app, and an app without marks that is not built
/// from here.
pub(super) fn ownership(spec: &Manifest, input: &ProductionInput<'_>) -> Result<(), Failure> {
    let Some(live) = input.live() else { return Ok(()) };
    claim(spec, live, input)
        .check()
        .map_err(|failure| spec.locate(failure, app::NAME_POINTER))
}

/// An update replaces the whole spec. Adopts an app without marks; fails where that would lose something
/// and nobody agreed to it.
pub(super) fn losses(
    spec: &Manifest,
    planned: &Value,
    input: &ProductionInput<'_>,
    changes: &mut Changes,
) -> Result<(), Failure> {
    let Some(live) = input.live().filter(|_| input.live_marks.is_none()) else {
        return Ok(());
    };
    claim(spec, live, input)
        .adopt(&lost(live, planned, input), changes)
        .map_err(|failure| spec.locate(failure, app::NAME_POINTER))
}

/// Domains, envs and components of the live app that the new spec does not have. Its databases need a consent of their
/// own.
fn lost(live: &Value, planned: &Value, input: &ProductionInput<'_>) -> Vec<String> {
    let mut lost = Vec::new();
    let kept: Vec<String> = loss::own_domains(planned).map(loss::host).collect();
    lost.extend(
        loss::own_domains(live)
            .map(loss::host)
            .filter(|it| !kept.contains(it))
            .map(|it| format!("domain `{it}`")),
    );
    let kept = keys(planned);
    lost.extend(
        keys(live)
            .iter()
            .filter(|it| !kept.contains(it))
            .map(|it| format!("env `{it}`")),
    );
    let components = component::components(planned);
    for before in component::components(live) {
        let owner = before.titled();
        let Some(after) = components.iter().find(|it| same(it, &before)) else {
            if before.kind != Kind::Database {
                lost.push(owner);
            }
            continue;
        };
        let sources = |it: &Component<'_>| it.sources();
        let stays =
            |source: &crate::platforms::source::Source| sources(after).iter().any(|it| it.is_same_place(source));
        lost.extend(
            sources(&before)
                .iter()
                .filter(|source| !source.is_repository(input.repository) && !stays(source))
                .map(|source| format!("source `{}` of {owner}", source.repo)),
        );
        let kept = keys(after.value);
        let gone = keys(before.value).into_iter().filter(|key| !kept.contains(key));
        lost.extend(gone.map(|key| format!("env `{key}` of {owner}")));
    }
    lost
}

fn same(one: &Component<'_>, other: &Component<'_>) -> bool {
    one.kind == other.kind && one.name == other.name
}

/// Lists what an update removes from an app of ours: components without data, secrets, and envs, which somebody may have
/// added on the platform.
pub(super) fn removed(live: &Value, planned: &Value, changes: &mut Changes) {
    let mut gone = lost_envs(live, &[planned], "the app");
    let after = component::components(planned);
    for before in component::components(live) {
        let owner = before.titled();
        match after.iter().find(|it| same(it, &before)) {
            Some(after) => gone.extend(lost_envs(before.value, &[after.value, planned], &owner)),
            None if before.kind != Kind::Database => gone.push(owner),
            None => {}
        }
    }
    for it in gone {
        changes.push(format!("removed {it}"), "the file does not have it");
    }
    let offline = |spec: &Value| [Switch::Maintenance, Switch::Archive].map(|switch| is_on(spec, switch));
    if offline(live).contains(&true) && !offline(planned).contains(&true) {
        changes.push("ended the app's maintenance", "the file switches it off");
    }
}

/// `after`: where an env that the owner had may still be; what stands in the whole app's list reaches it.
fn lost_envs(before: &Value, after: &[&Value], owner: &str) -> Vec<String> {
    let kept: Vec<&str> = after.iter().flat_map(|after| keys(after)).collect();
    env::list(before)
        .filter(|it| !kept.contains(&env::key(it)) && !marks::is_mark(env::key(it)))
        .map(|it| match env::is_secret(it) {
            true => format!("the secret `{}` of {owner}", env::key(it)),
            false => format!("env `{}` of {owner}", env::key(it)),
        })
        .collect()
}
