//! A Go project: the buildpack compiles every main package into `bin/`.

use super::super::document::component::RUN_COMMAND;
use super::{Folder, Project, health_route};

/// Names that say that a command serves, best first.
const SERVES: [&str; 4] = ["server", "web", "api", "serve"];

pub(super) fn find(folder: &Folder<'_>) -> Option<Project> {
    let module = folder.read("go.mod")?;
    let mut project = Project {
        kind: "a Go project".to_owned(),
        why: "The buildpack compiles every main package into bin/.".to_owned(),
        ..Project::default()
    };
    let mains = main_packages(folder);
    let own = mains.iter().find(|(package, _)| package.is_empty());
    let serving = SERVES.iter().find_map(|name| {
        mains
            .iter()
            .find(|(package, _)| package.rsplit('/').next() == Some(name))
    });
    let Some((package, file)) = own.or(serving).or(mains.first()) else {
        project
            .notes
            .push("No main package was found: add a `run_command` to the spec".to_owned());
        return Some(project);
    };
    let name = match package.rsplit('/').next() {
        Some("") | None => last_of_module(&module)?,
        Some(name) => name.to_owned(),
    };
    if own.is_none() && mains.len() > 1 {
        let names: Vec<&str> = mains.iter().map(|(package, _)| package.as_str()).collect();
        project.notes.push(format!(
            "There are several main packages (`{}`): the spec starts `{package}`",
            names.join("`, `")
        ));
    }
    if folder.has_procfile() {
        "The Procfile says how it is started.".clone_into(&mut project.why);
    } else {
        project.fields.push((RUN_COMMAND, format!("bin/{name}")));
    }
    project.health = folder.read(file).and_then(|text| health_route(&text));
    Some(project)
}

/// Folder and file of every main package in the root or below `cmd/`.
fn main_packages(folder: &Folder<'_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for path in folder.paths() {
        let (package, name) = path.rsplit_once('/').unwrap_or(("", path));
        let in_place = package.is_empty() || package.split('/').next() == Some("cmd");
        if !in_place || !name.ends_with(".go") || name.ends_with("_test.go") {
            continue;
        }
        let is_main = |text: String| text.lines().any(|line| line.trim() == "package main");
        if found.iter().all(|(known, _)| known != package) && folder.read(path).is_some_and(is_main) {
            found.push((package.to_owned(), path.to_owned()));
        }
    }
    found
}

/// `shop` of `module example.com/acme/shop/v2`: what `go install` calls the program.
fn last_of_module(text: &str) -> Option<String> {
    let module = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let module = module.split_whitespace().next()?.trim_matches('"');
    let is_version = |part: &&str| part.strip_prefix('v').is_some_and(|n| n.parse::<u32>().is_ok());
    let last = module.rsplit('/').find(|part| !is_version(part))?;
    Some(last.to_owned())
}
