//! Messages that the troubleshooting page quotes are messages that the program says.

use std::fs;
use std::path::Path;

use regex_lite::Regex;
use serde_json::json;

use super::pages::{Page, root};
use crate::harness::{Tester, run};

const PAGE: &str = "docs/troubleshooting.md";
/// What an API answered is in no source of ours; these are provoked.
const ANSWERED: &str = "DigitalOcean ";

#[test]
fn every_message_on_the_page_is_one_of_the_program() {
    let mut known = Vec::new();
    collect(&root().join("src"), &mut known);
    collect(&root().join("action"), &mut known);
    let messages = quoted();
    let strange: Vec<&String> = messages
        .iter()
        .filter(|message| !message.starts_with(ANSWERED) && !known.iter().any(|text| text.contains(message.as_str())))
        .collect();
    assert_eq!(strange, Vec::<&String>::new());
    assert!(messages.len() > 90, "only {} messages were found", messages.len());
}

#[tokio::test]
async fn what_an_api_answers_is_quoted_as_it_is_shown() {
    let quoted: Vec<String> = quoted().into_iter().filter(|it| it.starts_with(ANSWERED)).collect();
    run(async |t: &mut Tester| {
        t.account(&json!({"revoked": ["revoked"], "scopes": {"reader": ["app:read"]}}))
            .await;
        let mut said = String::new();
        for token in ["revoked", "reader"] {
            let refused = t.deploy().locally().env("DIGITALOCEAN_ACCESS_TOKEN", token).await;
            said.push_str(&refused.fails_with(2).stderr);
        }
        for message in &quoted {
            assert!(said.contains(message), "`{message}` is not in:\n{said}");
        }
        assert_eq!(quoted.len(), 2);
    })
    .await;
}

/// First cells of the tables of messages, without the backticks around them.
fn quoted() -> Vec<String> {
    let text = Page::read(PAGE).text;
    let mut inside = false;
    let mut messages = Vec::new();
    for line in text.lines() {
        inside = line.starts_with('|') && (inside || line.starts_with("| Message |"));
        let cell = line
            .trim_start_matches("| ")
            .split(" | ")
            .next()
            .unwrap_or_default()
            .trim();
        let ticks = cell.len() - cell.trim_start_matches('`').len();
        if inside && ticks > 0 {
            messages.push(cell[ticks..cell.len() - ticks].trim().to_owned());
        }
    }
    messages
}

/// Every string of the sources, and every line of the scripts, as it is shown: with `…` for what is filled in.
fn collect(folder: &Path, known: &mut Vec<String>) {
    let string = Regex::new(r#""((?:[^"\\]|\\[\s\S])*)""#).unwrap();
    let line_end = Regex::new(r"\\\n\s*").unwrap();
    let in_rust = Regex::new(r"\{[^{}]*\}").unwrap();
    let in_shell = Regex::new(r"\$\{[^{}]*\}|\$\w+").unwrap();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let text = fs::read_to_string(&path).unwrap_or_default();
        if path.is_dir() {
            collect(&path, known);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            known.extend(string.captures_iter(&text).map(|found| {
                let text = line_end.replace_all(&found[1], "").replace("\\\"", "\"");
                in_rust.replace_all(&text, "…").into_owned()
            }));
        } else {
            let lines = text.lines().map(|line| line.replace("\\`", "`"));
            known.extend(lines.map(|line| in_shell.replace_all(&line, "…").into_owned()));
        }
    }
}
