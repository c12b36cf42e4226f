//! Images by digest, given from outside as `web=sha256:…` and written into the app spec before it is deployed.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use super::change::{Changes, listed};
use super::component::{self, Component, Kind, SourceKind, text};
use super::document::AppSpec;
use crate::model::failure::Failure;

/// What every form of the flag has to look like.
const FORM: &str = "an image looks like `web=sha256:` and 64 hexadecimal digits";

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// The digest that each named component is to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Images(BTreeMap<String, String>);

/// Several stand between spaces, commas or line breaks, as a workflow's multi-line input has them.
impl FromStr for Images {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        let mut images = Self::default();
        let entries = given.split(|c: char| c.is_whitespace() || c == ',');
        for entry in entries.filter(|entry| !entry.is_empty()) {
            let (component, digest) = entry.split_once('=').ok_or_else(|| match is_digest(entry) {
                true => format!("`{entry}` has no component: {FORM}"),
                false => format!("`{entry}` has no digest: {FORM}"),
            })?;
            if component.is_empty() {
                return Err(format!("`{entry}` has no component: {FORM}"));
            }
            if !is_digest(digest) {
                return Err(no_digest(component, digest));
            }
            images.add(component, digest)?;
        }
        match images.0.is_empty() {
            true => Err(FORM.to_owned()),
            false => Ok(images),
        }
    }
}

/// As it is given.
impl fmt::Display for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self.0.iter().map(|(name, digest)| format!("{name}={digest}")).collect();
        f.write_str(&entries.join(","))
    }
}

fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == DIGITS && digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

fn no_digest(component: &str, given: &str) -> String {
    if given.is_empty() {
        return format!("the digest of `{component}` is empty: {FORM}");
    }
    match given.rsplit_once('@') {
        Some((_, digest)) if is_digest(digest) => format!(
            "`{given}` has more than a digest: give `{component}={digest}`; the repository stays the one of the app spec"
        ),
        _ if given.starts_with("sha256:") => {
            format!("the digest of `{component}` is not whole: it is `sha256:` and {DIGITS} digits 0 to 9 and a to f")
        }
        _ => format!(
            "`{given}` is not a digest, and a tag may mean another image tomorrow: {FORM}, which is what `docker buildx imagetools inspect REPOSITORY:TAG` prints and the output `digest` of `docker/build-push-action` holds"
        ),
    }
}

impl Images {
    /// Those of several flags.
    ///
    /// # Errors
    /// When a component is named twice.
    pub(crate) fn merge(flags: &[Self]) -> Result<Self, Failure> {
        let mut all = Self::default();
        for (component, digest) in flags.iter().flat_map(|flag| &flag.0) {
            all.add(component, digest)
                .map_err(|what| Failure::input(what).next("give every component one digest"))?;
        }
        Ok(all)
    }

    fn add(&mut self, component: &str, digest: &str) -> Result<(), String> {
        match self.0.insert(component.to_owned(), digest.to_owned()) {
            None => Ok(()),
            Some(_) => Err(format!("`{component}` is given two images")),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn names(&self, component: &str) -> bool {
        self.0.contains_key(component)
    }

    /// A forced build deploys the spec as the platform has it, where these are not.
    ///
    /// # Errors
    /// When both are asked for.
    pub(crate) fn without_forced_build(&self, force_build: bool) -> Result<(), Failure> {
        if self.0.is_empty() || !force_build {
            return Ok(());
        }
        Err(Failure::input("images and a forced build cannot be asked for at once")
            .why("an image is not built, and a forced build leaves the app's spec as it is")
            .next("leave one of the two out"))
    }

    /// The spec with these digests instead of its tags.
    ///
    /// # Errors
    /// When a name is not that of a component with an image, or when a job would run another version than the
    /// component that it prepares for.
    pub(super) fn apply(
        &self,
        spec: &AppSpec,
        changes: &mut Changes,
        warnings: &mut Vec<String>,
    ) -> Result<AppSpec, Failure> {
        let mut spec = spec.clone();
        for (name, digest) in &self.0 {
            has_image(&spec, name)?;
            let image = component::find(&mut spec.value, name).and_then(|it| it.get_mut("image")?.as_object_mut());
            let image = image.expect("a component with an image was found");
            // The platform takes a digest neither with a tag nor with a trigger that follows one.
            image.shift_remove("tag");
            image.shift_remove("deploy_on_push");
            image.insert("digest".to_owned(), json!(digest));
            let component = component::find(&mut spec.value, name).map(|it| Value::Object(it.clone()));
            let source = component.and_then(|it| component::source(name, &it));
            let reference = source.map(|it| it.repo).unwrap_or_default();
            changes.push(format!("`{name}` runs the image `{reference}`"), "`--images` names it");
        }
        self.same_version(&spec, warnings)?;
        Ok(spec)
    }

    /// A component that runs the same repository's image without being named would stay at another version. For a job that
    /// is a migration which does not fit.
    fn same_version(&self, spec: &AppSpec, warnings: &mut Vec<String>) -> Result<(), Failure> {
        let components = with_image(&spec.value);
        for (name, digest) in &self.0 {
            let Some(named) = components.iter().find(|it| it.name == name) else {
                continue;
            };
            let other = components
                .iter()
                .filter(|it| !self.names(it.name) && repository(it) == repository(named))
                .filter(|it| digest_of(it.value) != Some(digest));
            for other in other {
                let (other_name, noun) = (other.name, other.kind.noun());
                let what = format!("the {noun} `{other_name}` runs the same repository's image as `{name}`");
                let next = format!("give it a digest as well: `--images {other_name}={digest}`");
                if other.kind == Kind::Job {
                    let failure = Failure::input(what)
                        .why(format!("without a digest it would run another version than `{name}`"))
                        .next(next);
                    return Err(spec.locate(failure, &format!("/jobs/{}/image", other.index)));
                }
                warnings.push(format!("{what}, but stays at its own version ({next})"));
            }
        }
        Ok(())
    }
}

/// Refuses a name that is not that of a component with an image.
fn has_image(spec: &AppSpec, name: &str) -> Result<(), Failure> {
    let components = component::components(&spec.value);
    let with_image: Vec<&str> = with_image(&spec.value).iter().map(|it| it.name).collect();
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
    let why = match component::source(name, found.value) {
        Some(source) => format!("it is built from `{}`", source.repo),
        None => "it has no `image`".to_owned(),
    };
    let failure = Failure::input(format!(
        "`--images` names `{name}`, which is not deployed from an image"
    ));
    let pointer = format!("/{}/{}", found.kind.key(), found.index);
    Err(spec.locate(failure.why(why).next(next), &pointer))
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
            let digest = digest_of(before.value).filter(|_| digest_of(after.value).is_none())?;
            let name = before.name;
            let tagged = component::source(name, after.value)?.repo;
            Some(format!(
                "`{name}` runs the image `{digest}`, and goes to `{tagged}` as the app spec says (to keep it: `--images {name}={digest}`)"
            ))
        })
        .collect()
}

/// Whether images are all that the app is made from: no commit tells what serves then.
pub(super) fn only_images(spec: &Value) -> bool {
    let sources = component::sources(spec);
    !sources.is_empty() && sources.iter().all(|source| source.kind == SourceKind::Image)
}

/// Whether two apps without any Git source run images of the same repositories.
pub(super) fn same_repositories(one: &Value, other: &Value) -> bool {
    let repositories = |spec| with_image(spec).iter().map(repository).collect::<Vec<_>>();
    let known = repositories(other);
    only_images(one) && only_images(other) && repositories(one).iter().all(|it| known.contains(it))
}

fn with_image(spec: &Value) -> Vec<Component<'_>> {
    let mut components = component::components(spec);
    components.retain(|it| it.value.get("image").is_some_and(Value::is_object));
    components
}

fn digest_of(component: &Value) -> Option<&str> {
    text(component.get("image")?, "digest")
}

fn repository(component: &Component<'_>) -> [Option<String>; 3] {
    let image = component.value.get("image");
    ["registry_type", "registry", "repository"].map(|key| Some(text(image?, key)?.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests;
