//! A Rust project gets a Dockerfile, which says how it starts: that is what a preview has to know.

use toml::{Table, Value};

use super::super::document::component::DOCKERFILE_PATH;
use super::{Folder, Project, health_route};

pub(super) fn find(folder: &Folder<'_>) -> Option<Project> {
    let manifest: Table = folder.read("Cargo.toml")?.parse().ok()?;
    let mut project = Project {
        kind: "a Rust project".to_owned(),
        why: "The Dockerfile says how it is built and started.".to_owned(),
        fields: vec![(DOCKERFILE_PATH, folder.path_of("Dockerfile"))],
        ..Project::default()
    };
    let Some((name, file)) = program(folder, &manifest) else {
        // A library, or a workspace with several programs.
        return None;
    };
    let locked = if folder.has("Cargo.lock") { " --locked" } else { "" };
    let dockerfile = format!(
        "FROM rust:1-bookworm AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release{locked} --bin {name}\n\n\
         FROM debian:bookworm-slim\n\
         RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*\n\
         COPY --from=build /src/target/release/{name} /usr/local/bin/{name}\n\
         # Files that the program reads while it runs have to be copied here, too.\n\
         CMD [\"{name}\"]\n"
    );
    project.further.push((folder.path_of("Dockerfile"), dockerfile));
    project.notes.push(format!(
        "The Dockerfile builds `{name}`; copy what it reads while it runs, such as templates or migrations, into the image"
    ));
    project.health = folder.read(&file).and_then(|text| health_route(&text));
    Some(project)
}

/// Name and main file of the one program that serves.
fn program(folder: &Folder<'_>, manifest: &Table) -> Option<(String, String)> {
    let package = manifest.get("package").and_then(Value::as_table);
    let text = |table: &Table, key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(name) = package.and_then(|package| text(package, "default-run")) {
        return fits(&name).then(|| (name, "src/main.rs".to_owned()));
    }
    let bins = manifest.get("bin").and_then(Value::as_array).into_iter().flatten();
    let bins: Vec<&Table> = bins.filter_map(Value::as_table).collect();
    if let [bin] = bins[..] {
        let path = text(bin, "path").unwrap_or_else(|| "src/main.rs".to_owned());
        return text(bin, "name").filter(|name| fits(name)).map(|name| (name, path));
    }
    if folder.has("src/main.rs") {
        let name = package.and_then(|package| text(package, "name"))?;
        return fits(&name).then(|| (name, "src/main.rs".to_owned()));
    }
    let mut members = folder
        .paths()
        .filter_map(|path| path.strip_suffix("/src/main.rs"))
        .filter(|member| folder.has(&format!("{member}/Cargo.toml")));
    match (members.next(), members.next()) {
        (Some(member), None) => {
            let manifest: Table = folder.read(&format!("{member}/Cargo.toml"))?.parse().ok()?;
            let name = text(manifest.get("package")?.as_table()?, "name")?;
            fits(&name).then(|| (name, format!("{member}/src/main.rs")))
        }
        _ => None,
    }
}

/// What Cargo takes as a name, and nothing that a Dockerfile could take for something else.
fn fits(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
