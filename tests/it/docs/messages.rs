//! The troubleshooting page quotes what the program says, and everything that it can fail with.

use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;
use serde_json::json;

use super::pages::{Page, root};
use crate::harness::{Tester, run};

const PAGE: &str = "docs/troubleshooting.md";
/// What an API answered is in no source of ours; these are provoked.
const ANSWERED: &str = "DigitalOcean ";
/// Checks of a manifest, whose findings stop no deployment; `structure.rs` among them does.
const FINDINGS: &str = "src/platforms/app_platform/spec/check";
/// A string of a source.
const STRING: &str = r#""((?:[^"\\]|\\[\s\S])*)""#;

#[test]
fn every_message_on_the_page_is_one_of_the_program() {
    let (in_rust, line_end) = (Regex::new(STRING).unwrap(), Regex::new(r"\\\n\s*").unwrap());
    let in_shell = Regex::new(r"\$\{[^{}]*\}|\$\w+").unwrap();
    let mut known = Vec::new();
    for (_, text) in files("src") {
        let text = line_end.replace_all(&text, "");
        known.extend(in_rust.captures_iter(&text).map(|found| shown(&found[1])));
    }
    for (_, text) in files("action") {
        let lines = text.lines().map(|line| line.replace("\\`", "`"));
        known.extend(lines.map(|line| in_shell.replace_all(&line, "…").into_owned()));
    }
    let messages = quoted();
    let is_known = |message: &str| {
        let neutral = without_words(message);
        let mut known = known.iter();
        known.any(|text| text.contains(message) || text.contains(&neutral))
    };
    let strange: Vec<&String> = messages
        .iter()
        .filter(|message| !message.starts_with(ANSWERED) && !is_known(message))
        .collect();
    assert_eq!(strange, Vec::<&String>::new());
    assert!(messages.len() > 120, "only {} messages were found", messages.len());
}

#[test]
fn every_failure_of_the_program_is_on_the_page() {
    let failure = Regex::new(&format!(
        r"Failure::(?:input|bad|unknown)\(\s*(?:format!\(\s*)?{STRING}"
    ))
    .unwrap();
    let page = Page::read(PAGE).text;
    let neutral = without_words(&page);
    let mut absent = Vec::new();
    for (path, text) in files("src") {
        let is_for_tests = path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
        // What `spec check` finds says each time what to do, and docs/spec-check.md lists what it looks at.
        let is_finding = path.starts_with(root().join(FINDINGS)) && !path.ends_with("structure.rs");
        if is_finding {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for found in failure.captures_iter(code).filter(|_| !is_for_tests) {
            let message = shown(&found[1]);
            if message != "…" && !page.contains(&message) && !neutral.contains(&message) {
                absent.push(format!("{}: {message}", path.display()));
            }
        }
    }
    assert_eq!(absent, Vec::<String>::new(), "say in {PAGE} what to do about it");
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
        let cell = line.trim_start_matches("| ").split(" | ").next().unwrap_or_default();
        let cell = cell.trim();
        let ticks = cell.len() - cell.trim_start_matches('`').len();
        if inside && ticks > 0 {
            messages.push(cell[ticks..cell.len() - ticks].trim().to_owned());
        }
    }
    messages
}

/// A text of the page as a source has it that takes a platform's words from the platform.
fn without_words(text: &str) -> String {
    text.replace("app spec", "…")
}

/// A string of a source as it is shown: with `…` for what is filled in.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    let mut depth = 0;
    for c in text.replace("\\\"", "\"").chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                shown.push('…');
            }
            c if depth == 0 => shown.push(c),
            _ => {}
        }
    }
    shown
}

/// Every file below a folder of ours, with its text; the sandbox speaks for itself.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.ends_with("sandbox") {
            continue;
        }
        match fs::read_to_string(&path) {
            Ok(text) => found.push((path, text)),
            Err(_) => collect(&path, found),
        }
    }
}
