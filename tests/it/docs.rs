//! Holds README, CONTRIBUTING and the pages in `docs/` to the program: commands, flags, outputs, exit codes, messages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use regex_lite::Regex;

use self::pages::{Page, root};
use crate::harness::{Tester, run};

mod code;
mod links;
mod messages;
mod pages;
mod rehearsal;
mod scopes;
mod security;
mod settings;
mod workflows;

const README: &str = "README.md";

#[test]
fn the_readme_begins_with_exactly_two_commands() {
    let readme = Page::read(README);
    let block: Vec<&str> = readme
        .text
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
    assert!(seen > 40, "only {seen} command lines were found");
}

#[test]
fn the_table_of_commands_in_comments_is_the_programs_own_help() {
    let source = fs::read_to_string(root().join("src/model/commands.rs")).expect("the commands of comments");
    let row = Regex::new(r#"\(\s*"(/[^"]+)",\s*"([^"]+)",?\s*\)"#).unwrap();
    let (help, _) = source.split_once("];").expect("the list of commands");
    let said: Vec<(String, String)> = row
        .captures_iter(help)
        .map(|found| (found[1].to_owned(), found[2].to_owned()))
        .collect();
    let documented: Vec<(String, String)> = Page::read("docs/previews.md")
        .table("| Command | Does |")
        .into_iter()
        .map(|(command, does)| {
            (
                command,
                does[..1].to_lowercase() + does[1..].trim_end_matches([' ', '|']),
            )
        })
        .collect();
    assert_eq!(documented, said);
}

#[tokio::test]
async fn the_table_of_outputs_is_what_a_run_writes() {
    run(async |t: &mut Tester| {
        let deployed = t.deploy().await;
        let mut written: BTreeSet<String> = deployed.succeeds().outputs().into_keys().collect();
        t.open_pr(1).await;
        let finds = t
            .command(["auto"])
            .on_event("workflow_run", "name=workflow_run&number=1")
            .await;
        written.extend(finds.succeeds().outputs().into_keys());
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

#[test]
fn the_example_of_a_test_is_one() {
    let example = Page::read("CONTRIBUTING.md").fenced("rust").remove(0);
    let tests = fs::read_to_string(root().join("tests/it/sleep.rs")).unwrap();
    assert!(tests.contains(&example), "{example}");
}

/// Everything after `do-deploy` in shell blocks and in backticks, without comments, pipes and redirections.
fn command_lines() -> Vec<String> {
    let named = Regex::new(r"`do-deploy ([^`]+)`").unwrap();
    let called = Regex::new(r"(?:^|\(|[A-Z_]=\S+ )do-deploy ([^|>#)]+)").unwrap();
    let mut lines = Vec::new();
    for page in pages::all() {
        let prose: String = page.prose().collect::<Vec<_>>().join("\n");
        lines.extend(named.captures_iter(&prose).map(|found| found[1].to_owned()));
        for line in page.fenced("sh").iter().flat_map(|block| block.lines()) {
            lines.extend(called.captures_iter(line).map(|found| found[1].trim().to_owned()));
        }
    }
    lines
}

fn table(head: &str) -> Vec<(String, String)> {
    Page::read(README).table(head)
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
