//! A Node project: a server that `npm start` starts, or pages that a build makes.

use serde_json::Value;

use super::super::document::component::{OUTPUT_DIR, RUN_COMMAND};
use super::{Folder, Project, health_route};

/// Start scripts that serve a developer's files and not what was built.
const FOR_DEVELOPERS: [&str; 7] = [
    "vite",
    "react-scripts start",
    "ng serve",
    "astro dev",
    "webpack serve",
    "webpack-dev-server",
    "vue-cli-service serve",
];

/// Packages whose build makes pages, with the folder that they write.
const PAGES: [(&str, &str); 6] = [
    ("vite", "dist"),
    ("react-scripts", "build"),
    ("astro", "dist"),
    ("gatsby", "public"),
    ("@vue/cli-service", "dist"),
    ("@11ty/eleventy", "_site"),
];

pub(super) fn find(folder: &Folder<'_>) -> Option<Project> {
    let package: Value = serde_json::from_str(&folder.read("package.json")?).ok()?;
    let script = |name: &str| package.pointer(&format!("/scripts/{name}")).and_then(Value::as_str);
    let start = script("start").filter(|start| !FOR_DEVELOPERS.iter().any(|server| start.starts_with(server)));
    let depends = |name: &str| {
        ["dependencies", "devDependencies"]
            .iter()
            .any(|list| package.get(list).is_some_and(|list| list.get(name).is_some()))
    };
    if start.is_none()
        && script("build").is_some()
        && let Some((_, output)) = PAGES.iter().find(|(name, _)| depends(name))
    {
        return Some(Project {
            kind: "a static site (Node)".to_owned(),
            is_static: true,
            why: "The buildpack installs the packages and runs the script `build`.".to_owned(),
            fields: vec![(OUTPUT_DIR, (*output).to_owned())],
            ..Project::default()
        });
    }
    let main = package.get("main").and_then(Value::as_str);
    let file = [main, Some("server.js"), Some("index.js"), Some("app.js")]
        .into_iter()
        .flatten()
        .map(|file| file.trim_start_matches("./"))
        .find(|file| folder.has(file));
    let mut project = Project {
        kind: "a Node project".to_owned(),
        why: "The buildpack installs the packages and runs the script `build`, if there is one.".to_owned(),
        ..Project::default()
    };
    // `npm start` comes with every Node buildpack, whichever package manager installed the packages.
    let command = match (start, file) {
        (Some(_), _) => Some("npm start".to_owned()),
        (None, Some(file)) => Some(format!("node {file}")),
        (None, None) => None,
    };
    if folder.has_procfile() {
        "The Procfile says how it is started.".clone_into(&mut project.why);
    } else if let Some(command) = command {
        project.fields.push((RUN_COMMAND, command));
    } else {
        project
            .notes
            .push("How the app is started was not found out: add a script `start` to `package.json`".to_owned());
    }
    let started = start
        .into_iter()
        .flat_map(str::split_whitespace)
        .map(|word| word.trim_start_matches("./"))
        .find(|word| folder.has(word));
    project.health = started
        .or(file)
        .and_then(|file| folder.read(file))
        .and_then(|text| health_route(&text));
    project.migration = folder
        .has("prisma/schema.prisma")
        .then(|| "npx prisma migrate deploy".to_owned());
    Some(project)
}
