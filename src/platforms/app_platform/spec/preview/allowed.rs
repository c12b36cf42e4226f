//! What the default branch's app specs name: a pull request's preview is built from nothing else, and grows little
//! beyond it.

use serde_json::{Map, Value, json};

use super::super::component::{self, Component, Kind, text};
use super::Notes;
use super::size::{HALF_GIB, preview_size};
use crate::config::clipped_size;
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::{Allowed, PreviewInput};
use crate::platforms::source::{Source, SourceKind};
use crate::policy::changes::listed;

/// Components that a pull request may add before they are merged. Each costs its own price.
const NEW_COMPONENTS: usize = 2;

/// Whether the default branch's specs name the source.
fn names_source(allowed: &Allowed, source: &Source) -> bool {
    let mut named = allowed.specs().flat_map(component::components);
    named.any(|it| {
        component::all_sources(it.name, it.value)
            .iter()
            .any(|known| known.is_same_place(source))
    })
}

/// Refuses sources that the default branch does not name, and keeps number and size of the components within what it
/// allows. `spec` is the pull request's own.
pub(super) fn hold(
    preview: &mut Value,
    spec: &Manifest,
    input: &PreviewInput<'_>,
    notes: &mut Notes,
) -> Result<(), Failure> {
    let allowed = input.allowed;
    sources(preview, input)?;
    let new = new(preview, spec, input)?;
    let is_empty = allowed.specs().next().is_none();
    if !new.is_empty() && !is_empty {
        let names: Vec<&str> = new.iter().map(|(_, name)| name.as_str()).collect();
        let (are, they_run) = if new.len() == 1 {
            ("is", "it runs")
        } else {
            ("are", "they run")
        };
        notes.warnings.push(format!(
            "{} {are} not in the app spec of `{}`: until the merge {they_run} at the smallest size",
            listed(&names),
            allowed.branch
        ));
    }
    let mut is_smaller = false;
    component::each(preview, |kind, component| {
        let name = component
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if kind.has_instances() {
            let known = reference(input).and_then(|spec| find(spec, kind, &name));
            count(component, &name, known, allowed, notes);
            let is_new = new.contains(&(kind, name.clone()));
            is_smaller |= size(component, &name, known, allowed, is_new, notes);
        }
    });
    if is_empty && is_smaller {
        notes.warnings.push(format!(
            "`{}` has no app spec yet: until the merge every component runs at the smallest size",
            allowed.branch
        ));
    }
    Ok(())
}

/// Components of the preview that the default branch does not have.
///
/// # Errors
/// When the pull request adds more than a few to what is there.
fn new(preview: &Value, spec: &Manifest, input: &PreviewInput<'_>) -> Result<Vec<(Kind, String)>, Failure> {
    let allowed = input.allowed;
    let reference = reference(input).or(allowed.specs().next());
    let is_known = |it: &Component<'_>| reference.is_some_and(|known| find(known, it.kind, it.name).is_some());
    let new: Vec<(Kind, String)> = component::components(preview)
        .iter()
        .filter(|it| costs(it, input) && !is_known(it))
        .map(|it| (it.kind, it.name.to_owned()))
        .collect();
    let Some(reference) = reference else {
        return Ok(new);
    };
    // One that has another name now takes the place of the one before: of its own kind, because a preview has none of a
    // scheduled job or a function, and a static site costs nothing.
    let added = |kind: Kind| {
        let gone = component::of(reference, kind);
        let gone = gone.iter().filter(|it| find(spec.value(), kind, it.name).is_none());
        let new = new.iter().filter(|(its, _)| *its == kind);
        new.count().saturating_sub(gone.count())
    };
    if Kind::ALL.iter().map(|kind| added(*kind)).sum::<usize>() <= NEW_COMPONENTS {
        return Ok(new);
    }
    let names: Vec<&str> = new.iter().map(|(_, name)| name.as_str()).collect();
    Err(Failure::input(format!(
        "a preview may have {NEW_COMPONENTS} components more than the app spec of `{}`",
        allowed.branch
    ))
    .why(format!("{} are not in it", listed(&names)))
    .next(format!("merge some of them into `{}` first", allowed.branch)))
}

/// What the default branch itself says of size and number: of a preview spec written by hand that file, never
/// production's.
fn reference<'a>(input: &PreviewInput<'a>) -> Option<&'a Value> {
    let spec = match input.policy.spec.is_empty() {
        true => &input.allowed.production,
        false => &input.allowed.by_hand,
    };
    spec.as_ref().map(Manifest::value)
}

/// A database that a plan gives to a preview is the plan's own.
fn costs(component: &Component<'_>, input: &PreviewInput<'_>) -> bool {
    component.kind != Kind::Database || !input.policy.spec.is_empty()
}

fn find<'a>(spec: &'a Value, kind: Kind, name: &str) -> Option<&'a Value> {
    let components = component::of(spec, kind);
    components.iter().find(|it| it.name == name).map(|it| it.value)
}

/// DigitalOcean may read every repository and registry that the team has linked: a spec could show the code of another
/// one in this one's log.
fn sources(preview: &Value, input: &PreviewInput<'_>) -> Result<(), Failure> {
    let mut refused: Vec<String> = Vec::new();
    for component in component::components(preview) {
        for source in component::all_sources(component.name, component.value) {
            if source.is_repository(input.repository) || names_source(input.allowed, &source) {
                continue;
            }
            let what = match source.kind {
                SourceKind::Image => "runs the image",
                _ => "is built from",
            };
            refused.push(format!("`{}` {what} `{}`", component.name, source.repo));
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let branch = &input.allowed.branch;
    let failure = match input.allowed.specs().next() {
        Some(_) => Failure::input(format!(
            "a preview has no source that the app spec of `{branch}` does not name"
        )),
        None => Failure::input(format!(
            "a preview has no source but this repository while `{branch}` has no app spec"
        )),
    };
    Err(failure
        .why(refused.join("; "))
        .next(format!("merge an app spec that names it into `{branch}` first")))
}

/// One instance, or as many as the default branch says.
fn count(component: &mut Map<String, Value>, name: &str, known: Option<&Value>, allowed: &Allowed, notes: &mut Notes) {
    let scales = component.get("autoscaling").filter(|it| !it.is_null());
    let too_many = scales.is_some() && known.and_then(|known| known.get("autoscaling")) != scales;
    if too_many {
        component.shift_remove("autoscaling");
    }
    let most = known.map_or(1, |known| number(known.get("instance_count"))).max(1);
    let too_many = too_many || number(component.get("instance_count")) > most;
    if too_many {
        component.insert("instance_count".to_owned(), json!(most));
        notes.changes.push(
            format!("instances of `{name}`: {most}"),
            format!("`{}` allows no more", allowed.branch),
        );
    }
}

fn number(value: Option<&Value>) -> u64 {
    let value = value.unwrap_or(&Value::Null);
    let written = value.as_str().and_then(|text| text.parse().ok());
    value.as_u64().or(written).unwrap_or(1)
}

/// Whether it is smaller than the spec wishes.
fn size(
    component: &mut Map<String, Value>,
    name: &str,
    known: Option<&Value>,
    allowed: &Allowed,
    is_new: bool,
    notes: &mut Notes,
) -> bool {
    let Some(wished) = component.get("instance_size_slug").and_then(Value::as_str) else {
        return false;
    };
    let is_known = |slug: &str| known.and_then(|known| text(known, "instance_size_slug")) == Some(slug);
    let fits = |slug: &str| !has_gpu(slug) && (clipped_size(slug, &allowed.size) == slug || is_known(slug));
    let size = match is_new {
        true => HALF_GIB,
        false => [wished, preview_size(wished)]
            .into_iter()
            .find(|slug| fits(slug))
            .unwrap_or(HALF_GIB),
    };
    if size == wished {
        return false;
    }
    let why = match is_new {
        true => format!("it is not in an app spec of `{}` yet", allowed.branch),
        false => format!("`{}` allows no more", allowed.branch),
    };
    notes
        .changes
        .push(format!("size of `{name}` is `{size}` instead of `{wished}`"), why);
    component.insert("instance_size_slug".to_owned(), json!(size));
    true
}

fn has_gpu(slug: &str) -> bool {
    slug.to_ascii_lowercase().contains("gpu")
}
