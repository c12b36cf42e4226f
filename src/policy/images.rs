//! Images by digest, given from outside as `web=sha256:…`: a component runs exactly what an earlier step made.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

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
            "`{given}` has more than a digest: give `{component}={digest}`; the repository stays the one of the manifest"
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

    /// Components and the digest that each is to run.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    pub(crate) fn names(&self, component: &str) -> bool {
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
}
