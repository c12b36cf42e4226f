//! The first app spec of a repository that has none: recognises what the project is, and writes it with comments.

use super::super::words::WORDS;
use crate::model::failure::Failure;
use crate::platforms::scaffold::{First, Tree};

mod docker;
mod go;
mod node;
mod python;
mod rust;
mod text;

/// One component as its language's file found it.
#[derive(Clone, Debug, Default)]
struct Project {
    kind: String,
    /// How it is built and started, as a comment.
    why: String,
    is_static: bool,
    /// YAML key and value, in order.
    fields: Vec<(&'static str, String)>,
    port: Option<u16>,
    health: Option<String>,
    /// The command that brings a database up to date, where it is known.
    migration: Option<String>,
    further: Vec<(String, String)>,
    notes: Vec<String>,
}

/// # Errors
/// When there is no project that is known here, or more than one folder has one.
pub(crate) fn first(tree: &Tree<'_>, repository: &str, branch: &str) -> Result<First, Failure> {
    let mut found: Vec<(&str, Project)> = recognise(&tree.folder(""))
        .map(|project| ("", project))
        .into_iter()
        .collect();
    if found.is_empty() {
        let folders = tree.folders();
        found = folders
            .into_iter()
            .filter_map(|folder| Some((folder, recognise(&tree.folder(folder))?)))
            .collect();
    }
    match &mut found[..] {
        [(folder, project)] => Ok(text::write(project, folder, repository, branch)),
        [] => Err(Failure::input("could not tell what kind of project this is")
            .why("looked in the root and one folder down for `Dockerfile`, `go.mod`, `Cargo.toml`, `requirements.txt`, `pyproject.toml`, `Pipfile`, `setup.py` and `package.json`")
            .next(BY_HAND)),
        several => {
            let list: Vec<String> = several
                .iter()
                .map(|(folder, project)| format!("`{folder}` ({})", project.kind))
                .collect();
            Err(Failure::input("more than one project was found")
                .why(list.join(", "))
                .next(SEVERAL))
        }
    }
}

const BY_HAND: &str =
    "write the app spec to `.do/app.yaml` yourself and run `init` again, or take a live app's with `--from-app NAME`";

const SEVERAL: &str = "for one app, write an app spec that has them all as components to `.do/app.yaml`; for an app of each, \
    write one into each folder, such as `FOLDER/.do/app.yaml`; then run `init` again";

/// A Dockerfile says everything; of several languages the one that serves wins.
fn recognise(folder: &Folder<'_>) -> Option<Project> {
    let python = || python::find(folder);
    docker::find(folder)
        .or_else(|| go::find(folder))
        .or_else(|| rust::find(folder))
        .or_else(|| python().filter(|found| found.serves).map(|found| found.project))
        .or_else(|| node::find(folder))
        .or_else(|| python().map(|found| found.project))
}

/// A name that App Platform takes, as near to the repository's as it can be.
fn app_name(repository: &str) -> String {
    let name = repository.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let parts: Vec<&str> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    let mut name = parts.join("-");
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name = format!("app-{name}");
    }
    name.truncate(WORDS.longest_name);
    let name = name.trim_end_matches('-');
    // One letter alone is too short.
    if name.len() < 2 {
        "app".to_owned()
    } else {
        name.to_owned()
    }
}

impl<'a> Tree<'a> {
    fn folder(&'a self, folder: &'a str) -> Folder<'a> {
        Folder { tree: self, folder }
    }

    /// Those of the root that are no hidden ones.
    fn folders(&self) -> Vec<&'a str> {
        let mut folders: Vec<&str> = self
            .paths
            .iter()
            .filter_map(|path| Some(path.split_once('/')?.0))
            .filter(|folder| !folder.starts_with('.'))
            .collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }
}

/// The files below one folder.
struct Folder<'a> {
    tree: &'a Tree<'a>,
    folder: &'a str,
}

impl Folder<'_> {
    /// Paths from the folder on.
    fn paths(&self) -> impl Iterator<Item = &str> {
        self.tree.paths.iter().filter_map(|path| match self.folder {
            "" => Some(path.as_str()),
            folder => path.strip_prefix(folder)?.strip_prefix('/'),
        })
    }

    fn has(&self, path: &str) -> bool {
        self.paths().any(|it| it == path)
    }

    fn read(&self, path: &str) -> Option<String> {
        self.has(path).then(|| (self.tree.read)(&self.path_of(path)))?
    }

    fn path_of(&self, path: &str) -> String {
        match self.folder {
            "" => path.to_owned(),
            folder => format!("{folder}/{path}"),
        }
    }

    /// The `web` command of a Procfile, which every buildpack starts.
    fn has_procfile(&self) -> bool {
        self.read("Procfile")
            .is_some_and(|text| text.lines().any(|line| line.starts_with("web:")))
    }
}

/// A route of a program that is there to say that it is well.
fn health_route(program: &str) -> Option<String> {
    let route = r#"["'`](?:GET )?(/(?:api/)?(?:_?health|healthz|healthcheck|livez|readyz|up|ping))/?["'`]"#;
    let route = regex_lite::Regex::new(route).expect("a valid pattern");
    Some(route.captures(program)?[1].to_owned())
}

#[cfg(test)]
mod tests;
