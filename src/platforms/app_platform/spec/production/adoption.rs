//! Whether the live app is ours to update, and what an update would take from it.

use serde_json::Value;

use super::super::component::{self, Component, Kind};
use super::super::document::maintenance::{Switch, is_on};
use super::super::document::{app, source};
use super::super::{env, images, marks};
use super::{keys, loss, sources};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::{Neighbour, ProductionInput};
use crate::policy::changes::Changes;

/// Refuses an app of another repository or environment, and one without marks that is not built from here.
pub(super) fn ownership(spec: &Manifest, input: &ProductionInput<'_>) -> Result<(), Failure> {
    let Some(live) = input.live() else { return Ok(()) };
    if let (None, Some(failure)) = (input.live_marks, neighbours(spec, input)) {
        return Err(spec.locate(failure, app::NAME_POINTER));
    }
    let name = spec.name();
    let rename = |failure: Failure| {
        let failure = failure.next("give the app another `name` in the spec, or remove the other app first");
        spec.locate(failure, app::NAME_POINTER)
    };
    match input.live_marks {
        Some(marks) if marks.same_owner(input.repository_id, input.environment) => Ok(()),
        Some(marks) if marks.repository == input.repository_id => Err(rename(
            Failure::input(format!("app `{name}` is the one of {}", marks.environment))
                .why(format!("its marks say so, and this run is for {}", input.environment)),
        )),
        Some(marks) => Err(rename(
            Failure::input(format!("app `{name}` belongs to another repository")).why(format!(
                "its marks name the repository with the id {}, and this one has {}",
                marks.repository, input.repository_id
            )),
        )),
        None if source::sources(live)
            .iter()
            .any(|source| source.is_repository(input.repository)) =>
        {
            same_branch(spec, live, input)
        }
        None if images::same_repositories(live, spec.value()) => {
            if input.target.adopt {
                return Ok(());
            }
            let failure = Failure::input(format!("an app called `{name}` exists and has no marks"))
                .why("it runs the same images, but an image does not tell from which repository it comes")
                .next(format!(
                    "agree to take it over with `adopt = true` in `{}`, or give the app another `name` in the spec",
                    table(input)
                ));
            Err(spec.locate(failure, app::NAME_POINTER))
        }
        None => Err(rename(
            Failure::input(format!("an app called `{name}` exists and is not from this repository")).why(format!(
                "it has no marks and no component of it is built from `{}`",
                input.repository
            )),
        )),
    }
}

/// Why an app without marks may be another environment's: a named environment never takes that one over by itself.
fn neighbours(spec: &Manifest, input: &ProductionInput<'_>) -> Option<Failure> {
    if input.environment.is_production() {
        return None;
    }
    let (name, environment, table) = (spec.name(), input.environment, table(input));
    let has_name = |it: &&Neighbour| it.app.as_deref() == Some(name);
    if let Some(neighbour) = input.neighbours.iter().find(has_name) {
        let its = &neighbour.environment;
        let failure = Failure::input(format!("an app called `{name}` exists and may be the one of {its}")).why(
            format!("it has no marks, and the app spec of {its} has the same `name`"),
        );
        return Some(failure.next(format!("give the app another `name` in the spec of `{table}`")));
    }
    if input.target.adopt {
        return None;
    }
    let neighbour = input.neighbours.iter().find(|it| it.branch == input.branch)?;
    let (its, branch) = (&neighbour.environment, input.branch);
    let failure = Failure::input(format!("an app called `{name}` exists and may be the one of {its}")).why(format!(
        "it has no marks, and {its} and {environment} both deploy `{branch}`"
    ));
    Some(failure.next(format!(
        "if it is {environment}, agree to take it over with `adopt = true` in `{table}`; else give the app another `name` in the spec"
    )))
}

/// Refuses an app without marks that builds another branch: it serves another environment. Production may take it over
/// where somebody agrees; a named environment never does.
fn same_branch(spec: &Manifest, live: &Value, input: &ProductionInput<'_>) -> Result<(), Failure> {
    let wanted = sources::branches(spec.value(), input);
    let other = source::sources(live).into_iter().find_map(|source| {
        let branch = source
            .branch
            .clone()
            .filter(|_| source.is_repository(input.repository))?;
        (!wanted.contains(&branch)).then_some((source.component, branch))
    });
    let Some((component, branch)) = other else {
        return Ok(());
    };
    let (environment, table) = (input.environment, table(input));
    if environment.is_production() && input.target.adopt {
        return Ok(());
    }
    let wanted = wanted.first().unwrap_or(&branch);
    let failure = Failure::input(format!(
        "an app called `{}` exists and builds `{branch}`, not `{wanted}`",
        spec.name()
    ))
    .why(format!(
        "it has no marks, and `{component}` of it is built from `{branch}`, while {environment} deploys `{wanted}`: it may serve another environment"
    ));
    let failure = failure.next(match environment.is_production() {
        true => format!(
            "if it is production, set `branch = \"{branch}\"` in `{table}`, or agree to take it over with `adopt = true` there; else give the app another `name` in the spec"
        ),
        false => format!(
            "give the app another `name` in the spec of `{table}`; if it is {environment}, let it build `{wanted}` on the platform first"
        ),
    });
    Err(spec.locate(failure, app::NAME_POINTER))
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
    let lost = lost(live, planned, input);
    if !lost.is_empty() && !input.target.adopt {
        let failure = Failure::input(format!("app `{}` has settings that the file lacks", spec.name()))
            .why(format!("an update would remove {}", lost.join(", ")))
            .next(format!(
                "add them to the file, or agree to their loss with `adopt = true` in `{}`",
                table(input)
            ));
        return Err(spec.locate(failure, app::NAME_POINTER));
    }
    changes.push(
        format!("adopted the app `{}`", spec.name()),
        "it comes from this repository and had no marks; from now on it has",
    );
    for it in lost {
        changes.push(format!("removed {it}"), "the file lacks it, and `adopt = true` agrees");
    }
    Ok(())
}

/// Where this environment's settings stand in the configuration.
fn table(input: &ProductionInput<'_>) -> String {
    match input.environment.is_production() {
        true => "[production]".to_owned(),
        false => format!("[environments.{}]", input.environment),
    }
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
