//! Writes images by digest into an app spec before it is deployed.

use serde_json::Value;

use super::component::{self, Component, Kind};
use super::document::source;
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::platforms::source::SourceKind;
use crate::policy::changes::{Changes, listed};
use crate::policy::images::Images;

/// The spec with these digests instead of its tags.
///
/// # Errors
/// When a name is not that of a component with an image, or when a job would run another version than the
/// component that it prepares for.
pub(super) fn apply(
    images: &Images,
    spec: &Manifest,
    changes: &mut Changes,
    warnings: &mut Vec<String>,
) -> Result<Manifest, Failure> {
    let mut spec = spec.clone();
    for (name, digest) in images.iter() {
        has_image(&spec, name)?;
        let mut component = component::find(spec.value_mut(), name);
        let image = component.as_mut().and_then(|it| it.source_mut(SourceKind::Image));
        image.expect("a component with an image was found").pin(digest);
        let source = component.and_then(|it| it.read().source());
        let reference = source.map(|it| it.repo).unwrap_or_default();
        changes.push(format!("`{name}` runs the image `{reference}`"), "`--images` names it");
    }
    same_version(images, &spec, warnings)?;
    Ok(spec)
}

/// A component that runs the same repository's image without being named would stay at another version. For a job that
/// is a migration which does not fit.
fn same_version(images: &Images, spec: &Manifest, warnings: &mut Vec<String>) -> Result<(), Failure> {
    let components = with_image(spec.value());
    for (name, digest) in images.iter() {
        let Some(named) = components.iter().find(|it| it.name == name) else {
            continue;
        };
        let other = components
            .iter()
            .filter(|it| !images.names(it.name) && place(it) == place(named))
            .filter(|it| digest_of(it) != Some(digest));
        for other in other {
            let (other_name, noun) = (other.name, other.kind.noun());
            let what = format!("the {noun} `{other_name}` runs the same repository's image as `{name}`");
            let next = format!("give it a digest as well: `--images {other_name}={digest}`");
            if other.kind == Kind::Job {
                let failure = Failure::input(what)
                    .why(format!("without a digest it would run another version than `{name}`"))
                    .next(next);
                return Err(spec.locate(failure, &other.image_pointer()));
            }
            warnings.push(format!("{what}, but stays at its own version ({next})"));
        }
    }
    Ok(())
}

/// Refuses a name that is not that of a component with an image.
fn has_image(spec: &Manifest, name: &str) -> Result<(), Failure> {
    let components = component::components(spec.value());
    let with_image: Vec<&str> = with_image(spec.value()).iter().map(|it| it.name).collect();
    let next = match with_image.is_empty() {
        true => "leave `--images` out: the platform builds every component of this app from Git".to_owned(),
        false => format!("give a digest to {} only", listed(&with_image)),
    };
    let Some(found) = components.iter().find(|it| it.name == name) else {
        return Err(Failure::input(format!("`--images` names `{name}`, which the app spec does not have")).next(next));
    };
    if with_image.contains(&name) {
        return Ok(());
    }
    let why = match found.source() {
        Some(source) => format!("it is built from `{}`", source.repo),
        None => "it has no `image`".to_owned(),
    };
    let failure = Failure::input(format!(
        "`--images` names `{name}`, which is not deployed from an image"
    ));
    Err(spec.locate(failure.why(why).next(next), &found.pointer()))
}

/// What an update takes back: components that run an image by digest, for which the new spec has a tag.
pub(super) fn taken_back(live: Option<&Value>, planned: &Value) -> Vec<String> {
    let before = live.map(with_image).unwrap_or_default();
    let after = with_image(planned);
    let pairs = before
        .iter()
        .filter_map(|before| Some((before, after.iter().find(|after| after.name == before.name)?)));
    pairs
        .filter_map(|(before, after)| {
            let digest = digest_of(before).filter(|_| digest_of(after).is_none())?;
            let name = before.name;
            let tagged = after.source()?.repo;
            Some(format!(
                "`{name}` runs the image `{digest}`, and goes to `{tagged}` as the app spec says (to keep it: `--images {name}={digest}`)"
            ))
        })
        .collect()
}

/// Whether images are all that the app is made from: no commit tells what serves then.
pub(super) fn only_images(spec: &Value) -> bool {
    let sources = source::sources(spec);
    !sources.is_empty() && sources.iter().all(|source| source.kind == SourceKind::Image)
}

/// Whether two apps without any Git source run images of the same repositories.
pub(super) fn same_repositories(one: &Value, other: &Value) -> bool {
    let repositories = |spec| with_image(spec).iter().map(place).collect::<Vec<_>>();
    let known = repositories(other);
    only_images(one) && only_images(other) && repositories(one).iter().all(|it| known.contains(it))
}

fn with_image(spec: &Value) -> Vec<Component<'_>> {
    let mut components = component::components(spec);
    components.retain(|it| it.image().is_some());
    components
}

fn digest_of<'a>(component: &Component<'a>) -> Option<&'a str> {
    component.image()?.digest()
}

/// Where the image comes from, whatever its version.
fn place(component: &Component<'_>) -> Option<[Option<String>; 3]> {
    component.image().map(|image| image.place())
}

#[cfg(test)]
mod tests;
