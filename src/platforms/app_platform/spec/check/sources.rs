//! What components are built from: exactly one source, with what it needs; and deployments that a push starts.

use super::super::component::{Component, Kind, components};
use super::super::document::source;
use super::findings::Findings;
use crate::model::failure::Failure;
use crate::platforms::source::SourceKind;
use crate::policy::changes::listed;

pub(super) fn check(findings: &mut Findings<'_>) {
    for component in components(findings.spec().value()) {
        if component.kind != Kind::Database {
            one(&component, findings);
            image(&component, findings);
            repository(&component, findings);
            pushes(&component, findings);
            documents(&component, findings);
        }
    }
}

fn one(component: &Component<'_>, findings: &mut Findings<'_>) {
    let titled = component.titled();
    let found = component.sources();
    match found.as_slice() {
        [] if findings.has_error_at(&component.pointer()) || component.value.as_object().is_none() => {}
        [] => {
            let failure = Failure::input(format!("{titled} has no source"))
                .why("App Platform builds it from a repository or runs an image")
                .next("add `github: {repo: OWNER/NAME, branch: main}`");
            findings.error("source", &component.name_pointer(), failure);
        }
        [_] => {}
        several => {
            let keys: Vec<&str> = several.iter().map(|it| source::key(it.kind)).collect();
            let failure = Failure::input(format!("{titled} has {} sources: {}", keys.len(), listed(&keys)))
                .why("App Platform takes exactly one")
                .next("take the others out");
            findings.error("source", &component.at(keys[1]), failure);
        }
    }
}

fn image(component: &Component<'_>, findings: &mut Findings<'_>) {
    let Some(image) = component.image() else { return };
    let titled = component.titled();
    let at = |field: &str| format!("{}/{field}", component.image_pointer());
    if image.registry_type().is_none() {
        let failure = Failure::input(format!("the image of {titled} has no `{}`", source::REGISTRY_TYPE))
            .next("add one of `DOCR`, `DOCKER_HUB` and `GHCR`");
        findings.error("source", &component.image_pointer(), failure);
    }
    if image.tag().is_some() && image.digest().is_some() {
        let failure = Failure::input(format!("the image of {titled} has a tag and a digest"))
            .why("App Platform takes one of the two")
            .next("take the tag out: the digest names the image");
        findings.error("source", &at(source::TAG), failure);
    }
}

fn repository(component: &Component<'_>, findings: &mut Findings<'_>) {
    for source in component.sources() {
        let at = component.repository_pointer(source.kind);
        let repo = source.repo.trim();
        // What something fills in is not looked at.
        if repo.is_empty() || repo.contains(['$', '{', '<']) || findings.has_error_at(&at) {
            continue;
        }
        let titled = component.titled();
        match source.kind {
            SourceKind::GitHub | SourceKind::Bitbucket | SourceKind::GitLab => {
                let parts: Vec<&str> = repo.split('/').collect();
                let is_path = parts.len() >= 2 && parts.iter().all(|part| !part.is_empty()) && !repo.contains(':');
                if is_path && (parts.len() == 2 || source.kind == SourceKind::GitLab) {
                    continue;
                }
                let path = repo.trim_end_matches('/').trim_end_matches(".git");
                let mut last = path.rsplit(['/', ':']);
                let (name, owner) = (last.next().unwrap_or_default(), last.next().unwrap_or_default());
                let failure = Failure::input(format!("`{repo}` of {titled} is not a repository"))
                    .why("a repository is written as `OWNER/NAME`, without a host");
                let failure = match owner.is_empty() || name.is_empty() || owner.contains('.') {
                    true => failure.next("write its owner and its name"),
                    false => failure.next(format!("write `{owner}/{name}`")),
                };
                findings.error("source", &at, failure);
            }
            SourceKind::Git if !repo.starts_with("https://") && !repo.starts_with("http://") => {
                let failure = Failure::input(format!(
                    "`{}` of {titled} is not a URL that App Platform can clone",
                    source::key(source.kind)
                ))
                .why("it clones over HTTPS, and without a key")
                .next("write `https://…`; or name a private repository as `github: {repo: OWNER/NAME}`");
                findings.error("source", &at, failure);
            }
            SourceKind::Git | SourceKind::Image => {}
        }
    }
}

fn pushes(component: &Component<'_>, findings: &mut Findings<'_>) {
    for source in component
        .sources()
        .iter()
        .filter(|it| component.follows_pushes(it.kind))
    {
        let failure = Failure::input(format!(
            "a push deploys {} a second time, beside do-deploy",
            component.titled()
        ))
        .why("the two deployments would race, so do-deploy sends `false`")
        .next("write `false`");
        findings.warn("push", &component.pushes_pointer(source.kind), failure);
    }
}

fn documents(component: &Component<'_>, findings: &mut Findings<'_>) {
    if component.kind == Kind::StaticSite && component.has_error_and_catchall_document() {
        let failure = Failure::input(format!(
            "{} has two documents for pages that do not exist",
            component.titled()
        ))
        .why(format!(
            "App Platform takes one of `{}` and `{}`",
            source::ERROR_DOCUMENT,
            source::CATCHALL_DOCUMENT
        ))
        .next("keep the catch-all one for an app of a single page, else the other");
        findings.error("source", &component.at(source::ERROR_DOCUMENT), failure);
    }
}
