//! What the default branch's app specs name: a pull request's preview is built from nothing else, and grows little
//! beyond it.

use serde_json::Value;

use super::super::component::{self, Component, ComponentMut, Kind};
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
    named.any(|it| it.sources().iter().any(|known| known.is_same_place(source)))
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
    component::each(preview, |mut component| {
        if component.kind.has_instances() {
            let name = component.name();
            let known = reference(input).and_then(|spec| component::named(spec, component.kind, &name));
            let is_new = new.contains(&(component.kind, name));
            count(&mut component, known.as_ref(), allowed, notes);
            is_smaller |= size(&mut component, known.as_ref(), allowed, is_new, notes);
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
    let is_known =
        |it: &Component<'_>| reference.is_some_and(|known| component::named(known, it.kind, it.name).is_some());
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
        let gone = gone
            .iter()
            .filter(|it| component::named(spec.value(), kind, it.name).is_none());
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

/// DigitalOcean may read every repository and registry that the team has linked: a spec could show the code of another
/// one in this one's log.
fn sources(preview: &Value, input: &PreviewInput<'_>) -> Result<(), Failure> {
    let mut refused: Vec<String> = Vec::new();
    for component in component::components(preview) {
        for source in component.sources() {
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
fn count(component: &mut ComponentMut<'_>, known: Option<&Component<'_>>, allowed: &Allowed, notes: &mut Notes) {
    let scales = component.read().autoscaling().filter(|it| !it.is_null());
    let too_many = scales.is_some() && known.and_then(Component::autoscaling) != scales;
    if too_many {
        component.stop_scaling();
    }
    let most = known.map_or(1, Component::instance_count).max(1);
    if too_many || component.read().instance_count() > most {
        component.set_instance_count(most);
        notes.changes.push(
            format!("instances of `{}`: {most}", component.name()),
            format!("`{}` allows no more", allowed.branch),
        );
    }
}

/// Whether it is smaller than the spec wishes.
fn size(
    component: &mut ComponentMut<'_>,
    known: Option<&Component<'_>>,
    allowed: &Allowed,
    is_new: bool,
    notes: &mut Notes,
) -> bool {
    let Some(wished) = component.read().size().map(str::to_owned) else {
        return false;
    };
    let is_known = |slug: &str| !slug.is_empty() && known.and_then(Component::size).map(str::trim) == Some(slug);
    let fits = |slug: &str| !has_gpu(slug) && (clipped_size(slug, &allowed.size) == slug || is_known(slug));
    let size = match is_new {
        true => HALF_GIB,
        false => [wished.as_str(), preview_size(&wished)]
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
    notes.changes.push(
        format!("size of `{}` is `{size}` instead of `{wished}`", component.name()),
        why,
    );
    component.set_size(size);
    true
}

fn has_gpu(slug: &str) -> bool {
    slug.to_ascii_lowercase().contains("gpu")
}
