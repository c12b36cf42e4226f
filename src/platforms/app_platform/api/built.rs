//! What the components of a deployment were built from, as far as App Platform says.

use super::super::document::component::{self, Kind};
use super::wire;
use crate::model::commit::Sha;
use crate::model::rollout::Built;

/// Component kinds that have a source and report what it was. Functions cannot.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::built;
    use crate::model::commit::Sha;
    use crate::model::rollout::Built;

    #[test]
    fn says_for_every_component_what_it_was_built_from() {
        let deployment = serde_json::from_value(json!({
            "spec": {"name": "shop",
                "services": [{"name": "web", "github": {"repo": "acme/shop", "branch": "main"}},
                             {"name": "proxy", "image": {"registry_type": "GHCR", "digest": "sha256:ab"}}],
                "workers": [{"name": "mail", "image": {"registry_type": "DOCR", "tag": "v1"}}],
                "jobs": [{"name": "migrate", "git": {"repo_clone_url": "https://github.com/acme/shop.git"}}],
                "functions": [{"name": "fn", "github": {"repo": "acme/shop"}}]},
            "services": [{"name": "web", "source_commit_hash": "9A4DF0B8E161E323BC3CDF1DC71878080FE144FA"}, {"name": "proxy"}],
            "workers": [{"name": "mail"}], "jobs": null}))
        .expect("the shape of a deployment");
        assert_eq!(
            built(&deployment),
            [
                (
                    "web".to_owned(),
                    Built::Commit(Sha::new("9a4df0b8e161e323bc3cdf1dc71878080fe144fa"))
                ),
                ("proxy".to_owned(), Built::Digest("sha256:ab".to_owned())),
                ("mail".to_owned(), Built::Unprovable),
                ("migrate".to_owned(), Built::Unprovable),
                ("fn".to_owned(), Built::Unprovable),
            ]
        );
    }
}
