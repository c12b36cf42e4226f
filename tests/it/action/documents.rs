//! Holds the page of inputs and outputs, README's table, and every example of a workflow to action.yml.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex_lite::Regex;
use serde_json::Value;

use super::definition::Definition;
use crate::harness::binary;

const PAGE: &str = "docs/inputs-and-outputs.md";

/// Commands that are useless in a workflow's step.
const NOT_IN_A_STEP: [&str; 5] = ["init", "spec", "sandbox", "demo", "help"];

#[test]
fn the_page_of_inputs_and_outputs_is_what_action_yml_says() {
    let definition = definition();
    let mut inputs = String::from("| Input | Default | Meaning |\n|---|---|---|\n");
    for (name, input) in definition.inputs() {
        let default = input["default"]
            .as_str()
            .map(|default| format!("`{default}`"))
            .unwrap_or_default();
        writeln!(inputs, "| `{name}` | {default} | {} |", cell(&input["description"])).unwrap();
    }
    let mut outputs = String::from("| Output | Value |\n|---|---|\n");
    for (name, output) in definition.outputs() {
        writeln!(outputs, "| `{name}` | {} |", cell(&output["description"])).unwrap();
    }
    let mut commands = String::from("| Command | Inputs that it takes |\n|---|---|\n");
    for command in commands_of_a_step() {
        let help = help(&[&command]);
        let takes = |name: &&String| Regex::new(&format!(r"\s--{name}\b[^-]")).unwrap().is_match(&help);
        let taken: Vec<String> = definition
            .inputs()
            .keys()
            .filter(takes)
            .map(|name| format!("`{name}`"))
            .collect();
        writeln!(commands, "| `{command}` | {} |", taken.join(", ")).unwrap();
    }
    let page = read(PAGE);
    let mut expected = page.clone();
    for table in [inputs, outputs, commands] {
        expected = with_table(&expected, &table);
    }
    if page != expected {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inputs-and-outputs.md");
        fs::write(&file, expected).unwrap();
        panic!(
            "{PAGE} is not what action.yml and the program say: cp {} {PAGE}",
            file.display()
        );
    }
}

#[test]
fn the_readmes_table_of_outputs_is_what_action_yml_says() {
    let readme = read("README.md");
    let (_, rest) = readme.split_once("| Output | Value |\n|---|---|\n").expect("the table");
    let documented: Vec<&str> = rest.lines().take_while(|line| line.starts_with('|')).collect();
    let definition = definition();
    let described: Vec<String> = definition
        .outputs()
        .iter()
        .map(|(name, output)| format!("| `{name}` | {} |", cell(&output["description"])))
        .collect();
    assert_eq!(documented, described);
}

#[test]
fn every_example_gives_inputs_and_reads_outputs_that_there_are() {
    let definition = definition();
    let (mut examples, mut wrong) = (0, Vec::new());
    for (place, block) in examples_of_workflows() {
        let parsed: Value = match serde_saphyr::from_str(&block) {
            Ok(parsed) => parsed,
            Err(why) => {
                wrong.push(format!("{place}: {why}"));
                continue;
            }
        };
        let (mut steps, mut ids) = (Vec::new(), BTreeSet::new());
        steps_of(&parsed, &mut steps);
        for step in steps {
            examples += 1;
            ids.extend(step["id"].as_str().map(str::to_owned));
            for input in step["with"].as_object().into_iter().flatten().map(|(name, _)| name) {
                if !definition.inputs().contains_key(input) {
                    wrong.push(format!("{place}: action.yml has no input `{input}`"));
                }
            }
        }
        for found in Regex::new(r"steps\.([\w-]+)\.outputs\.([\w-]+)")
            .unwrap()
            .captures_iter(&block)
        {
            if ids.contains(&found[1]) && !definition.outputs().contains_key(&found[2]) {
                wrong.push(format!("{place}: action.yml has no output `{}`", &found[2]));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(examples >= 3, "only {examples} steps with the action were found");
}

/// Steps with our action, at any depth: examples may be a whole workflow, a job or a step.
fn steps_of<'v>(value: &'v Value, steps: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| steps_of(item, steps)),
        Value::Object(map) => {
            let ours = |uses: &str| uses.starts_with("org/do-deploy@");
            if map.get("uses").and_then(Value::as_str).is_some_and(ours) {
                steps.push(value);
            }
            map.values().for_each(|item| steps_of(item, steps));
        }
        _ => {}
    }
}

/// YAML that mentions our action, and where it stands.
fn examples_of_workflows() -> Vec<(String, String)> {
    let mut examples = Vec::new();
    for folder in ["", "docs", "workflows-templates", ".github/workflows"] {
        for file in files(folder) {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let place = file.strip_prefix(root()).unwrap().display().to_string();
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("md") => {
                    let block = Regex::new(r"(?s)\n *```ya?ml\n(.*?)\n *```").unwrap();
                    examples.extend(
                        block
                            .captures_iter(&text)
                            .map(|found| (place.clone(), found[1].to_owned())),
                    );
                }
                Some("yml" | "yaml") if !folder.is_empty() => examples.push((place, text)),
                _ => {}
            }
        }
    }
    examples.retain(|(_, block)| block.contains("org/do-deploy@"));
    examples
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// The page with the table that has the same head replaced.
fn with_table(page: &str, table: &str) -> String {
    let head = table.lines().next().expect("a head");
    let (before, rest) = page
        .split_once(head)
        .unwrap_or_else(|| panic!("{PAGE} has no table {head}"));
    let old: usize = rest
        .split_inclusive('\n')
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(str::len)
        .sum();
    let first = rest.split_inclusive('\n').next().map_or(0, str::len);
    format!("{before}{table}{}", &rest[first + old..])
}

fn cell(description: &Value) -> String {
    description.as_str().expect("a description").replace('|', "\\|")
}

fn commands_of_a_step() -> Vec<String> {
    let help = help(&[]);
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| !NOT_IN_A_STEP.contains(command))
        .map(str::to_owned)
        .collect()
}

fn help(command: &[&str]) -> String {
    let output = Command::new(binary())
        .args(command)
        .arg("--help")
        .output()
        .expect("the program starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn definition() -> Definition {
    Definition::read(root())
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
