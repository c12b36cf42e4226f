//! Holds README and CONTRIBUTING to the program: commands, flags, outputs, exit codes, configuration, files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use regex_lite::Regex;
use serde_json::Value;

use crate::harness::{Change, Tester, run, run_with};

const README: &str = include_str!("../../README.md");
const CONTRIBUTING: &str = include_str!("../../CONTRIBUTING.md");

#[test]
fn the_readme_begins_with_exactly_two_commands() {
    let block: Vec<&str> = README
        .split("\n\n")
        .find(|block| block.lines().any(|line| line.trim() == "cargo test"))
        .expect("a block with `cargo test`")
        .lines()
        .collect();
    assert_eq!(block, ["    cargo run -- demo", "    cargo test"]);
}

#[test]
fn the_table_of_commands_is_what_the_program_says() {
    let mut said: Vec<(String, String)> = Vec::new();
    let help = help(&[]);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in commands.take_while(|line| !line.is_empty()) {
        let text = line.trim().to_owned();
        match (line.starts_with("   "), said.last_mut()) {
            // The rest of a description that was too long for one line.
            (true, Some((_, description))) => *description = format!("{description} {text}"),
            _ => {
                let (name, description) = text.split_once(' ').expect("a command has a description");
                said.push((name.to_owned(), description.trim().to_owned()));
            }
        }
    }
    said.retain(|(name, _)| name != "help");
    assert_eq!(table("| Command | Does |"), said);
}

#[test]
fn every_command_line_in_the_documents_has_its_command_and_its_flags() {
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    let (mut seen, mut wrong) = (0, Vec::new());
    for line in command_lines() {
        let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "--").collect();
        let Some((command, arguments)) = words.split_first() else {
            continue;
        };
        if command.chars().all(char::is_uppercase) {
            continue;
        }
        seen += 1;
        let help = helps.entry((*command).to_owned()).or_insert_with(|| help(&[command]));
        if !help.contains(&format!("Usage: do-deploy {command}")) {
            wrong.push(format!("`{line}`: no such command"));
        }
        let flags = arguments.iter().filter(|word| word.starts_with("--"));
        wrong.extend(
            flags
                .filter(|flag| !Regex::new(&format!(r"{flag}\b")).unwrap().is_match(help))
                .map(|flag| format!("`{line}`: no flag `{flag}`")),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen > 15, "only {seen} command lines were found");
}

#[tokio::test]
async fn the_table_of_outputs_is_what_a_run_writes() {
    run(async |t: &mut Tester| {
        let deployed = t.deploy().await;
        let written: BTreeSet<String> = deployed.succeeds().outputs().into_keys().collect();
        let documented = table("| Output | Value |").into_iter().map(|(name, _)| name).collect();
        assert_eq!(written, documented);
    })
    .await;
}

#[test]
fn the_table_of_exit_codes_is_what_the_program_has() {
    let number = Regex::new(r"(?:=> |exit_code: )(\d+)\b").unwrap();
    let mut known = BTreeSet::from(["0".to_owned()]);
    for file in ["src/model/failure.rs", "src/cli/signals.rs"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        known.extend(number.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    let documented: BTreeSet<String> = table("| Code | Means |")
        .into_iter()
        .flat_map(|(codes, _)| codes.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(documented, known);
}

#[tokio::test]
async fn the_configuration_in_the_readme_is_taken() {
    let example = fenced(README, "toml").remove(0);
    run_with(Change::whole_app("first").config(&example), async |t: &mut Tester| {
        t.deploy().arg("--dry-run").await.succeeds().touches_nothing();
    })
    .await;
}

#[test]
fn the_workflow_in_the_readme_is_yaml_and_names_what_auto_acts_on() {
    let workflow: Value = serde_saphyr::from_str(&fenced(README, "yaml")[0]).expect("YAML");
    let decisions = fs::read_to_string(root().join("src/flows/auto/table.rs")).unwrap();
    let types = workflow["on"]["pull_request"]["types"]
        .as_array()
        .expect("types of pull requests");
    for kind in types {
        assert!(decisions.contains(&kind.to_string()), "`auto` does not know {kind}");
    }
    assert!(types.contains(&"closed".into()), "who removes a preview?");
    for (permission, right) in [
        ("contents", "read"),
        ("deployments", "write"),
        ("pull-requests", "write"),
    ] {
        assert_eq!(workflow["permissions"][permission], right);
    }
    assert_eq!(workflow["jobs"]["deploy"]["steps"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_example_of_a_test_is_one() {
    let example = fenced(CONTRIBUTING, "rust").remove(0);
    let tests = fs::read_to_string(root().join("tests/it/sleep.rs")).unwrap();
    assert!(tests.contains(&example), "{example}");
}

#[test]
fn every_file_that_the_documents_name_exists() {
    let quoted = Regex::new(r"`((?:src|tests|docs|benches|\.ci)/[\w./-]+)").unwrap();
    let linked = Regex::new(r"\]\(([^)#:]+)\)").unwrap();
    let mut missing = Vec::new();
    for text in [README, CONTRIBUTING] {
        let named = quoted.captures_iter(text).chain(linked.captures_iter(text));
        missing.extend(
            named
                .map(|found| found[1].to_owned())
                .filter(|path| !root().join(path).exists()),
        );
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// Everything after `do-deploy` in shell blocks and in backticks, without comments, pipes and redirections.
fn command_lines() -> Vec<String> {
    let named = Regex::new(r"`do-deploy ([^`]+)`").unwrap();
    let called = Regex::new(r"(?:^|\(|[A-Z_]=\S+ )do-deploy ([^|>#)]+)").unwrap();
    let mut lines = Vec::new();
    for text in [README, CONTRIBUTING] {
        lines.extend(named.captures_iter(text).map(|found| found[1].to_owned()));
        for line in fenced(text, "sh").iter().flat_map(|block| block.lines()) {
            lines.extend(called.captures_iter(line).map(|found| found[1].trim().to_owned()));
        }
    }
    lines
}

/// Blocks of one language, in their order.
fn fenced(text: &str, language: &str) -> Vec<String> {
    let opening = format!("\n```{language}\n");
    text.split(&opening)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned() + "\n"))
        .collect()
}

/// First two columns of the README's table with this head, without backticks in the first.
fn table(head: &str) -> Vec<(String, String)> {
    let (_, rest) = README.split_once(head).expect("the table");
    rest.lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').splitn(2, " | ").collect();
            (cells[0].trim().replace('`', ""), cells[1].trim().to_owned())
        })
        .collect()
}

fn help(command: &[&str]) -> String {
    let mut program = Command::new(assert_cmd::cargo_bin!("do-deploy"));
    let output = program
        .args(command)
        .arg("--help")
        .output()
        .expect("the program starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
