//! What the components of a deployment were built from, as far as App Platform says.

use serde_json::Value;

use super::wire;
use crate::model::commit::Sha;
use crate::model::own::OwnRepository;
use crate::model::rollout::Built;
use crate::platforms::app_platform::spec::source;
use crate::platforms::deployment::Deployment;

/// Component kinds that have a source and report what it was. Functions cannot.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>
const KINDS: [&str; 4] = ["services", "static_sites", "workers", "jobs"];

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
        .iter()
        .flat_map(|kind| components(spec, kind))
        .map(|(name, component)| {
            let built = match component.pointer("/image/digest").and_then(Value::as_str) {
                Some(digest) if !digest.is_empty() => Built::Digest(digest.to_owned()),
                _ if component.get("image").is_some() => Built::Unprovable,
                _ => hash_of(name).map_or(Built::Unprovable, |hash| Built::Commit(Sha::new(hash))),
            };
            (name.to_owned(), built)
        })
        .collect();
    found.extend(components(spec, "functions").map(|(name, _)| (name.to_owned(), Built::Unprovable)));
    found
}

/// The same, where a component whose source is another repository proves nothing.
pub(in crate::platforms::app_platform) fn built_from(
    deployment: &Deployment,
    repository: &OwnRepository,
) -> Vec<(String, Built)> {
    let foreign = |name: &str| {
        let spec = deployment.document.as_ref()?.value();
        let (_, component) = KINDS
            .iter()
            .flat_map(|kind| components(spec, kind))
            .find(|(found, _)| *found == name)?;
        Some(!source(name, component)?.is_repository(repository))
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

/// Name and body of every component of a kind.
pub(super) fn components<'a>(spec: &'a Value, kind: &str) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
    spec.get(kind)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|component| Some((component.get("name")?.as_str()?, component)))
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
