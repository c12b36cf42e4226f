//! Keeps the architecture: layers use only those below, every file says what it is, and files stay readable.

use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

mod circles;
mod keys;
mod words;

/// The top-level modules, from top to bottom. A module may use those on lines below its own.
const LAYERS: &[&[&str]] = &[
    &["cli"],
    &["flows"],
    &["report"],
    &["platforms", "github", "health", "render", "actions"],
    &["net", "policy"],
    &["config"],
    &["model", "wait"],
    // What the model says of a failure has lines of logs, which a redactor has cleaned.
    &["redact"],
];

/// The stand-in cloud is a crate of its own, which the compiler keeps from using ours. Only the command line
/// starts it.
const SANDBOX: &str = "sandbox";
const SANDBOX_CRATE: &str = "do_deploy_sandbox";
const SANDBOX_USER: &str = "cli";

/// Longest file outside tests, in lines.
const LONGEST: usize = 400;

/// What must not stand in the project: it speaks of itself alone.
/// Written in two halves, so that this file does not contain them.
const FOREIGN: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("crates-io.pro", "xy"),
    ("index.crates", ".io"),
    ("registry.npmjs", ".org"),
    ("proxy.golang", ".org"),
    ("pypi.org/sim", "ple"),
];

#[test]
fn a_module_uses_only_layers_below_its_own() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let Some(module) = module_of(&path).filter(|module| module != SANDBOX) else {
            continue;
        };
        for used in modules_used(&text) {
            if used != module && !may_use(&module, &used) {
                wrong.push(format!("{}: `{module}` must not use `{used}`", path.display()));
            }
        }
        if module != SANDBOX_USER && text.contains(SANDBOX_CRATE) {
            wrong.push(format!("{}: `{module}` must not use `{SANDBOX}`", path.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Of one platform's folder only the command line knows, which makes its client. Everybody else sees the trait, documents
/// that they cannot open, and facts.
#[test]
fn only_the_command_line_knows_which_platforms_there_are() {
    let platforms = root().join("src/platforms");
    let folders = fs::read_dir(&platforms).unwrap().flatten();
    let folders: Vec<String> = folders
        .filter(|entry| {
            entry.path().is_dir() && !["plan", "tests"].contains(&entry.file_name().to_string_lossy().as_ref())
        })
        .map(|entry| format!("platforms::{}", entry.file_name().to_string_lossy()))
        .collect();
    assert!(!folders.is_empty(), "a folder for each platform");
    let wrong: Vec<String> = sources("src")
        .into_iter()
        .filter(|(path, _)| !path.starts_with(&platforms) && !path.starts_with(root().join("src/cli")))
        .filter(|(path, _)| module_of(path).is_some_and(|module| module != SANDBOX))
        .filter(|(_, text)| folders.iter().any(|folder| text.contains(folder.as_str())))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// Where managed databases are is data about vendors, whatever platform an app is on.
const MANAGED_HOSTS: &str = "datastores/hosts.rs";

/// What a platform or its vendor is called comes from its `Words`.
#[test]
fn no_flow_names_a_platform() {
    let names = Regex::new(r"(?i)digital ?ocean|app ?platform|\bfly\.io\b|droplet").unwrap();
    let mut wrong = Vec::new();
    for folder in ["src/flows", "src/report", "src/policy"] {
        for (path, text) in sources(folder) {
            let is_test = path.components().any(|part| part.as_os_str() == "tests")
                || path.ends_with("tests.rs")
                || path.ends_with(MANAGED_HOSTS);
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().enumerate().filter(|_| !is_test);
            let named = lines.filter(|(_, line)| !line.trim_start().starts_with("//") && names.is_match(line));
            wrong.extend(named.map(|(index, line)| format!("{}:{}: {}", path.display(), index + 1, line.trim())));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_module_has_its_layer() {
    let mut missing = Vec::new();
    for entry in fs::read_dir(root().join("src"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        let module = entry.file_name().to_string_lossy().into_owned();
        if module != SANDBOX && layer(&module).is_none() {
            missing.push(module);
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "add new modules to `LAYERS`");
}

#[test]
fn every_file_opens_with_its_sentence() {
    let mut wrong = Vec::new();
    for (path, text) in all() {
        let first = text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("//! ").unwrap_or_default();
        let opening: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if !sentence.starts_with(|c: char| c.is_alphanumeric() || c == '`' || c == '[')
            || !opening.contains(['.', ':', '?'])
        {
            wrong.push(format!("{}: {first}", path.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn contributing_points_at_what_is_there() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let is_path = |it: &&str| {
        ["src/", "tests/", "docs/", "benches/"]
            .iter()
            .any(|start| it.starts_with(start))
    };
    let named: Vec<&str> = text.split('`').filter(is_path).collect();
    assert!(named.len() > 40, "{named:?}");
    let paths = named.iter().map(|it| it.split_whitespace().next().unwrap_or_default());
    let missing: Vec<&str> = paths
        .filter(|path| !path.contains(['*', '<', '…', '$']) && !root().join(path).exists())
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn no_file_outside_tests_is_too_long() {
    let long: Vec<String> = sources("src")
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert_eq!(long, Vec::<String>::new(), "split it by noun");
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let marks = [
        ("todo", "!("),
        ("unimplemented", "!("),
        ("TO", "DO"),
        ("FIX", "ME"),
        ("XX", "X"),
    ];
    assert_eq!(mentions(&marks, all()), Vec::<String>::new());
}

#[test]
fn nothing_of_the_machine_or_its_suppliers_is_named() {
    assert_eq!(mentions(FOREIGN, all()), Vec::<String>::new());
}

#[test]
fn production_code_has_no_test_switch() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let switch = line.trim() == "#[cfg(test)]" || line.contains("cfg!(test)");
            let allowed = lines
                .get(index + 1)
                .is_some_and(|next| ["mod tests {", "mod tests;"].iter().any(|end| next.ends_with(end)));
            if (switch && !allowed) || line.trim_start().starts_with("#[allow(") {
                wrong.push(format!("{}:{}: {}", path.display(), index + 1, line.trim()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn tests_wait_in_one_place_only() {
    let pattern = Regex::new(r"\bsleep\(|thread::park").unwrap();
    let wrong: Vec<String> = sources("tests/it")
        .into_iter()
        .filter(|(path, text)| {
            !path.ends_with("deadline.rs") && !path.ends_with("architecture.rs") && pattern.is_match(text)
        })
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(wrong, Vec::<String>::new(), "poll with `until`");
}

fn may_use(module: &str, used: &str) -> bool {
    match (layer(module), layer(used)) {
        (Some(above), Some(below)) => above < below,
        // main.rs and names that are not modules.
        _ => true,
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The folder below `src`; `None` for `main.rs`.
fn module_of(path: &Path) -> Option<String> {
    let below = path.strip_prefix(root().join("src")).ok()?;
    let mut parts = below.components();
    let module = parts.next()?.as_os_str().to_string_lossy().into_owned();
    parts.next().map(|_| module)
}

/// Rooms that a file names: `crate::module` and `use crate::{module, …}`.
fn modules_used(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let single = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let group = Regex::new(r"(?s)\bcrate::\{(.*?)\};").unwrap();
    let mut modules: Vec<String> = single.captures_iter(&code).map(|found| found[1].to_owned()).collect();
    for found in group.captures_iter(&code) {
        let mut depth = 0;
        let mut name = String::new();
        for c in found[1].chars().chain([',']) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    modules.push(name.trim().split("::").next().unwrap_or_default().to_owned());
                    name.clear();
                }
                _ if depth == 0 => name.push(c),
                _ => {}
            }
        }
    }
    modules.retain(|module| !module.is_empty());
    modules.sort();
    modules.dedup();
    modules
}

fn mentions(words: &[(&str, &str)], files: Vec<(PathBuf, String)>) -> Vec<String> {
    let words: Vec<String> = words.iter().map(|(begin, end)| format!("{begin}{end}")).collect();
    let mut found = Vec::new();
    for (path, text) in files {
        for (index, line) in text.lines().enumerate() {
            found.extend(
                words
                    .iter()
                    .filter(|word| line.contains(word.as_str()))
                    .map(|word| format!("{}:{}: {word}", path.display(), index + 1)),
            );
        }
    }
    found
}

fn all() -> Vec<(PathBuf, String)> {
    let mut files = sources("src");
    files.extend(sources("tests/it"));
    files
}

/// Every Rust file below a folder, with its text, in a stable order.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
