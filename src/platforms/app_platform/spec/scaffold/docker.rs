//! A project with a Dockerfile: App Platform builds and starts what it says.

use regex_lite::Regex;

use super::super::document::component::DOCKERFILE_PATH;
use super::{Folder, Project};

pub(super) fn find(folder: &Folder<'_>) -> Option<Project> {
    let text = folder.read("Dockerfile")?;
    Some(Project {
        kind: "a Dockerfile".to_owned(),
        why: "The Dockerfile says how it is built and started.".to_owned(),
        fields: vec![(DOCKERFILE_PATH, folder.path_of("Dockerfile"))],
        port: port(&text),
        health: health(&text),
        ..Project::default()
    })
}

/// What the last `EXPOSE` names.
fn port(text: &str) -> Option<u16> {
    let expose = Regex::new(r"(?im)^\s*EXPOSE\s+(\d+)").expect("a valid pattern");
    expose.captures_iter(text).last()?[1]
        .parse()
        .ok()
        .filter(|port| *port > 0)
}

/// The path that its `HEALTHCHECK` asks for.
fn health(text: &str) -> Option<String> {
    let (_, check) = text.rsplit_once("HEALTHCHECK")?;
    let url = Regex::new(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)[^/\s]*(/[\w/.-]+)").expect("a valid pattern");
    Some(url.captures(check)?[1].to_owned())
}
