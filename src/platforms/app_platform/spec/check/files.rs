//! Folders and Dockerfiles that a component is built from, and that its repository does not have.

use serde_json::Value;

use super::super::component::{Component, DOCKERFILE_PATH, components};
use super::findings::Findings;
use crate::model::failure::Failure;
use crate::model::own::OwnRepository;
use crate::platforms::inspection::Around;

pub(super) fn check(findings: &mut Findings<'_>, around: Around<'_>) {
    let Some(own) = around.own else { return };
    for component in components(findings.spec().value()) {
        if !component.source().is_some_and(|source| source.is_repository(own)) {
            continue;
        }
        let titled = component.titled();
        if let Some(folder) = component.source_dir().and_then(plain)
            && !folder.is_empty()
            && !(around.exists)(&folder)
        {
            let failure = Failure::input(format!("there is no folder `{folder}`, which {titled} is built from"))
                .next("correct it: it is counted from the root of the repository");
            findings.error("file", &component.source_dir_pointer(), failure);
        }
        if let Some(file) = component.dockerfile_path().and_then(plain)
            && !(around.exists)(&file)
        {
            let failure = Failure::input(format!("there is no Dockerfile `{file}`, which {titled} is built from"));
            let below = component
                .source_dir()
                .and_then(plain)
                .map(|folder| format!("{folder}/{file}"));
            let failure = match below.filter(|below| (around.exists)(below)) {
                Some(below) => failure
                    .why("it is counted from the root of the repository, and not from `source_dir`")
                    .next(format!("write `{below}`")),
                None => failure.next("correct it: it is counted from the root of the repository"),
            };
            findings.error("file", &component.at(DOCKERFILE_PATH), failure);
        }
    }
}

/// What is built from files that are not looked at.
pub(super) fn unchecked(spec: &Value, own: Option<&OwnRepository>) -> Option<String> {
    let names_files = |it: &Component<'_>| it.source_dir().is_some() || it.dockerfile_path().is_some();
    let is_there = |it: &Component<'_>| {
        let source = it.source();
        own.is_some_and(|own| source.is_some_and(|source| source.is_repository(own)))
    };
    let elsewhere: Vec<String> = components(spec)
        .into_iter()
        .filter(|it| names_files(it) && !is_there(it))
        .map(|it| it.titled())
        .collect();
    let why = match own {
        Some(own) => format!("they are not built from `{}`", own.name()),
        None => "which repository this is, is not known; `--repo OWNER/NAME` says it".to_owned(),
    };
    (!elsewhere.is_empty()).then(|| format!("the folders and Dockerfiles of {}: {why}", elsewhere.join(", ")))
}

/// A path from the root without a slash in front. `None`: something fills it in, or it leads out.
fn plain(path: &str) -> Option<String> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let is_certain = !parts.contains(&"..") && !path.contains(['$', '{', '<', '\\']);
    is_certain.then(|| parts.join("/"))
}
