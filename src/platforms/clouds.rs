//! The platforms that a run knows, and which of them a manifest is for.

use std::sync::Arc;

use super::find::Places;
use super::manifests::Manifests;
use super::{Manifest, Platform, Words};
use crate::model::failure::Failure;

/// A platform as a run knows it: how its manifests are read and, where the run has a token, its client.
#[derive(Clone)]
pub(crate) struct Cloud {
    pub(crate) manifests: &'static dyn Manifests,
    pub(crate) client: Option<Arc<dyn Platform>>,
}

impl Cloud {
    pub(crate) fn words(&self) -> &'static Words {
        self.manifests.words()
    }

    /// # Errors
    /// When the run has no token for it.
    pub(crate) fn platform(&self) -> Result<&Arc<dyn Platform>, Failure> {
        self.client.as_ref().ok_or_else(|| {
            let Words {
                vendor, token, input, ..
            } = self.words();
            Failure::input(format!("no {vendor} token")).next(format!(
                "set `{token}`; in a workflow give the action's input `{input}`"
            ))
        })
    }
}

/// Every platform that the program has. The first one is meant where nothing says which.
#[derive(Clone)]
pub(crate) struct Clouds {
    first: Cloud,
    others: Vec<Cloud>,
}

impl Clouds {
    pub(crate) fn new(first: Cloud, others: Vec<Cloud>) -> Self {
        Self { first, others }
    }

    /// The one that is meant where no manifest says which.
    pub(crate) fn usual(&self) -> &Cloud {
        &self.first
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Cloud> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// What manifests are called, where it is not known for which of them one is: `app spec or Compose file`.
    pub(crate) fn manifest(&self) -> String {
        let called: Vec<&str> = self.all().map(|cloud| cloud.words().manifest).collect();
        called.join(" or ")
    }

    /// Where their manifests are, unless they are named.
    pub(crate) fn places(&self) -> Places {
        Places::of(self.all().map(|cloud| cloud.manifests))
    }

    /// The one that a manifest in this file is for, by the file's name.
    pub(crate) fn of_file(&self, path: &str) -> &Cloud {
        let name = path.rsplit('/').next().unwrap_or(path);
        let others = self.others.iter();
        others
            .rev()
            .find(|cloud| cloud.manifests.is_called(name))
            .unwrap_or(&self.first)
    }

    /// Whether a file of that name can be a manifest of one of them.
    pub(crate) fn has_manifests_like(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        self.all()
            .any(|cloud| cloud.manifests.is_called(name) || cloud.manifests.endings().contains(&ending))
    }

    /// The one that a manifest is for: the one that read it.
    pub(crate) fn of(&self, manifest: &Manifest) -> &Cloud {
        let is_meant = |cloud: &&Cloud| std::ptr::eq(cloud.words(), manifest.words());
        self.all().find(is_meant).expect("only these read manifests")
    }

    /// Those that the run has a token for. Apps that are known by their marks alone are looked for on each.
    ///
    /// # Errors
    /// When it has none.
    pub(crate) fn reachable(&self) -> Result<Vec<&Arc<dyn Platform>>, Failure> {
        let reachable: Vec<_> = self.all().filter_map(|cloud| cloud.client.as_ref()).collect();
        match reachable.is_empty() {
            true => Err(self.first.platform().expect_err("no platform has a client")),
            false => Ok(reachable),
        }
    }
}
