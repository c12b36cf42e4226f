//! What the components of a deployment were built from, as far as App Platform tells.

use super::super::document::component::{self, Kind};
use super::wire;
use crate::model::commit::Sha;
use crate::model::own::OwnRepository;
use crate::model::rollout::Built;
use crate::platforms::deployment::Deployment;

/// Component kinds that have a source and can tell what it was. Functions cannot.
const KINDS: [Kind; 4] = [Kind::Service, Kind::StaticSite, Kind::Worker, Kind::Job];

pub(super) fn built(deployment: &wire::Deployment) -> Vec<(String, Built)> {
    let hash_of = |name: &str| {
        [
            &deployment.services,
            &deployment.static_sites,
            &deployment.workers,
            &deployment.jobs,
        ]
        .into_iter()
        .flatten()
        .find(|component| component.name == name)
        .map(|component| component.source_commit_hash.trim())
        .filter(|hash| !hash.is_empty())
    };
    let Some(spec) = &deployment.spec else {
        return Vec::new();
    };
    let mut found: Vec<_> = KINDS
        .into_iter()
        .flat_map(|kind| component::of(spec, kind))
        .map(|component| {
            let built = match component.written_digest() {
                Some(digest) if !digest.is_empty() => Built::Digest(digest.to_owned()),
                _ if component.names_image() => Built::Unprovable,
                _ => hash_of(component.name).map_or(Built::Unprovable, |hash| Built::Commit(Sha::new(hash))),
            };
            (component.name.to_owned(), built)
        })
        .collect();
    let functions = component::of(spec, Kind::Function).into_iter();
    found.extend(functions.map(|it| (it.name.to_owned(), Built::Unprovable)));
    found
}

/// The same, where a component whose source is another repository proves nothing.
pub(in crate::platforms::app_platform) fn built_from(
    deployment: &Deployment,
    repository: &OwnRepository,
) -> Vec<(String, Built)> {
    let foreign = |name: &str| {
        let spec = deployment.document.as_ref()?.value();
        let mut components = KINDS.into_iter().flat_map(|kind| component::of(spec, kind));
        let component = components.find(|it| it.name == name)?;
        Some(!component.source()?.is_repository(repository))
    };
    deployment
        .built
        .iter()
        .map(|(name, built)| match built {
            Built::Commit(_) if foreign(name) == Some(true) => (name.clone(), Built::Unprovable),
            built => (name.clone(), built.clone()),
        })
        .collect()
}
