//! The page on security: who can make it do what, and which test holds each `no`.
//!
//! A test says with `holds!("a reader", ["use a token"])` which cells it holds. The page's column `Held by` and its table
//! are made of that: `INSTA_UPDATE=always cargo test --test it docs::security` writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex_lite::Regex;

use super::pages::{Page, root};

const PAGE: &str = "docs/security.md";

/// The table of everyone stands below this heading, each of them below one of their own.
const HEADING: &str = "## Who can make it do what";

/// What is asked of each of them, in this order.
const WHAT: [&str; 8] = [
    "use a token",
    "deploy production",
    "read a secret",
    "spend money",
    "read other code",
    "remove",
    "lie in a comment",
    "slow down",
];

/// Who is asked about at least.
const WHO: [&str; 8] = [
    "a stranger",
    "a reader",
    "a triager",
    "a writer",
    "an app",
    "a neighbour",
    "an earlier job",
    "a vendor",
];

const HEAD: &str = "| Can they | | | Held by |";

/// Who, and what.
type Cell = (String, String);

#[test]
fn the_page_on_security_names_the_tests_that_hold_it() {
    let (page, marks) = (Page::read(PAGE).text, marks());
    let written = regenerated(&page, &marks);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(root().join(PAGE), &written).expect("the page can be written");
    } else {
        assert!(
            written == page,
            "{PAGE} is not what its tests say, see `INSTA_UPDATE=always cargo test --test it docs::security`:\n{}",
            similar::TextDiff::from_lines(&page, &written).unified_diff()
        );
    }
    assert_eq!(mistakes(&written, &marks), Vec::<String>::new());
}

#[test]
fn a_no_without_its_test_is_a_mistake() {
    let page = |verdict: &str| {
        let mut page = format!("{HEADING}\n\n### A reader\n\n{HEAD}\n|---|---|---|---|\n");
        for what in WHAT {
            let verdict = if what == "remove" { verdict } else { "yes" };
            page += &format!("| {what} | {verdict} | So it is. | |\n");
        }
        page
    };
    let of_the_reader = |page: &str, marks: &BTreeMap<Cell, BTreeSet<String>>| -> Vec<String> {
        let mistakes = mistakes(page, marks).into_iter();
        mistakes.filter(|it| !it.ends_with(" is missing")).collect()
    };
    let mark = |who: &str, what: &str| {
        let tests = BTreeSet::from(["teardown::a_test".to_owned()]);
        BTreeMap::from([((who.to_owned(), what.to_owned()), tests)])
    };
    let none = BTreeMap::new();
    assert_eq!(of_the_reader(&page("yes"), &none), Vec::<String>::new());
    assert_eq!(of_the_reader(&page("with a label"), &none), Vec::<String>::new());
    assert_eq!(
        of_the_reader(&page("no"), &none),
        ["a reader, remove: no test holds it"]
    );
    assert_eq!(
        of_the_reader(&page("hardly"), &none),
        ["a reader, remove: `hardly` is neither `no`, `yes` nor `with …`"]
    );
    assert_eq!(
        of_the_reader(&page("no"), &mark("a reader", "remove")),
        Vec::<String>::new()
    );
    for (who, what) in [("a reader", "removed"), ("a bear", "remove")] {
        let mistakes = of_the_reader(&page("yes"), &mark(who, what));
        assert_eq!(
            mistakes,
            [format!(
                "teardown::a_test holds what the page does not have: {who}, {what}"
            )]
        );
    }
    let mistakes = of_the_reader(&page("yes"), &mark("a reader", "remove"));
    assert_eq!(
        mistakes,
        ["teardown::a_test holds what the page says is possible: a reader, remove"]
    );

    // What people wrote of tests gives way to what the tests say.
    let written = page("no").replace(
        "| remove | no | So it is. | |",
        "| remove | no | So it is. | `teardown::gone` |",
    );
    let regenerated = regenerated(&written, &mark("a reader", "remove"));
    assert!(
        regenerated.contains("| remove | no | So it is. | `teardown::a_test` |"),
        "{regenerated}"
    );
    assert!(!regenerated.contains("gone"), "{regenerated}");
}

#[test]
fn a_mark_belongs_to_the_test_in_which_it_stands() {
    let text = "#[test]\nfn one() {\n    holds!(\"a reader\", [\"remove\", \"use a token\"]);\n    holds!(\n        \"an app\",\n        [\"remove\"]\n    );\n}\n\nfn helper() {\n    holds!(\"a reader\", [\"remove\"]);\n}\n\n#[tokio::test]\nasync fn two() {}\n";
    let found: Vec<(Option<String>, String, String)> = marks_of(text);
    let mark = |test: Option<&str>, who: &str, what: &str| (test.map(str::to_owned), who.to_owned(), what.to_owned());
    assert_eq!(
        found,
        [
            mark(Some("one"), "a reader", "remove"),
            mark(Some("one"), "a reader", "use a token"),
            mark(Some("one"), "an app", "remove"),
            mark(None, "a reader", "remove"),
        ]
    );
}

/// One row of someone's table.
struct Row {
    what: String,
    verdict: String,
    why: String,
}

/// `| what | verdict | why | tests |`
fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line
        .strip_prefix("| ")?
        .trim_end()
        .strip_suffix('|')?
        .split(" | ")
        .map(str::trim)
        .collect();
    let [what, verdict, why, ..] = cells[..] else {
        return None;
    };
    let cell = |text: &str| text.trim_end_matches('|').trim().to_owned();
    Some(Row {
        what: cell(what),
        verdict: cell(verdict),
        why: cell(why),
    })
}

/// Who stands in a heading of their own below [`HEADING`], with the rows of their table.
fn everyone(page: &str) -> Vec<(String, Vec<Row>)> {
    let (_, section) = page.split_once(&format!("{HEADING}\n")).expect("the heading");
    let section = section.split("\n## ").next().unwrap_or_default();
    section
        .split("\n### ")
        .skip(1)
        .filter_map(|part| {
            let (title, text) = part.split_once('\n')?;
            let (_, table) = text.split_once(&format!("{HEAD}\n"))?;
            let rows = table.lines().skip(1).map_while(row).collect();
            Some((lower(title), rows))
        })
        .collect()
}

/// A heading as the middle of a sentence has it.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The page with the column `Held by`, and the table of everyone, as the tests say them.
fn regenerated(page: &str, marks: &BTreeMap<Cell, BTreeSet<String>>) -> String {
    let mut who = String::new();
    let mut inside = false;
    let mut lines = Vec::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            who = lower(title);
        }
        let is_row = inside && line.starts_with("| ");
        inside = line == HEAD || inside && line.starts_with('|');
        let held = row(line).filter(|_| is_row).map(|Row { what, verdict, why }| {
            let tests = marks.get(&(who.clone(), what.clone())).into_iter().flatten();
            let tests: Vec<String> = tests.map(|test| format!("`{test}`")).collect();
            format!("| {what} | {verdict} | {why} | {} |", tests.join("<br>")).replace("|  |", "| |")
        });
        lines.push(held.unwrap_or_else(|| line.to_owned()));
    }
    let page = lines.join("\n") + "\n";
    let begin = format!("| | {} |\n", WHAT.join(" | "));
    let Some((before, rest)) = page.split_once(&begin) else {
        return page;
    };
    let old: String = rest
        .lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut table = format!("|{}\n", "---|".repeat(WHAT.len() + 1));
    for (who, rows) in everyone(&page) {
        let cells: Vec<&str> = rows.iter().map(|row| row.verdict.as_str()).collect();
        let anchor = who
            .replace(|c: char| !c.is_alphanumeric() && c != ' ' && c != '-', "")
            .replace(' ', "-");
        table += &format!("| [{who}](#{anchor}) | {} |\n", cells.join(" | "));
    }
    format!("{before}{begin}{table}{}", &rest[old.len()..])
}

fn mistakes(page: &str, marks: &BTreeMap<Cell, BTreeSet<String>>) -> Vec<String> {
    let everyone = everyone(page);
    let mut mistakes = Vec::new();
    for who in WHO {
        if !everyone.iter().any(|(known, _)| known == who) {
            mistakes.push(format!("{who} is missing"));
        }
    }
    let mut known: BTreeMap<Cell, &str> = BTreeMap::new();
    for (who, rows) in &everyone {
        let asked: Vec<&str> = rows.iter().map(|row| row.what.as_str()).collect();
        if asked != WHAT {
            mistakes.push(format!("{who}: the rows are {asked:?}"));
        }
        for Row { what, verdict, why } in rows {
            let cell = (who.clone(), what.clone());
            if !(verdict == "no" || verdict == "yes" || verdict.starts_with("with ")) {
                mistakes.push(format!(
                    "{who}, {what}: `{verdict}` is neither `no`, `yes` nor `with …`"
                ));
            }
            if verdict == "no" && !marks.contains_key(&cell) {
                mistakes.push(format!("{who}, {what}: no test holds it"));
            }
            if why.is_empty() {
                mistakes.push(format!("{who}, {what}: it does not say why"));
            }
            known.insert(cell, verdict.as_str());
        }
    }
    for (cell @ (who, what), tests) in marks {
        let problem = match known.get(cell) {
            None => "does not have",
            Some(&"yes") => "says is possible",
            Some(_) => continue,
        };
        mistakes.extend(
            tests
                .iter()
                .map(|test| format!("{test} holds what the page {problem}: {who}, {what}")),
        );
    }
    mistakes
}

/// What every test says that it holds.
fn marks() -> BTreeMap<Cell, BTreeSet<String>> {
    let mut found: BTreeMap<Cell, BTreeSet<String>> = BTreeMap::new();
    let folder = root().join("tests/it");
    let mut open = vec![folder.clone()];
    while let Some(next) = open.pop() {
        for path in fs::read_dir(next)
            .expect("a folder of tests")
            .flatten()
            .map(|entry| entry.path())
        {
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with(file!()) && path.extension().is_some_and(|extension| extension == "rs") {
                let module = module(path.strip_prefix(&folder).expect("it is below"));
                for (test, who, what) in marks_of(&fs::read_to_string(&path).expect("a file of tests")) {
                    let test = test.unwrap_or_else(|| panic!("{}: a mark outside of a test", path.display()));
                    let module = module
                        .as_deref()
                        .map(|module| format!("{module}::"))
                        .unwrap_or_default();
                    found.entry((who, what)).or_default().insert(format!("{module}{test}"));
                }
            }
        }
    }
    found
}

/// `deploy/mod.rs` and `deploy.rs` are `deploy`; the root has no name.
fn module(path: &Path) -> Option<String> {
    let path = path.with_extension("");
    let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
    let parts: Vec<String> = parts.filter(|part| part != "mod" && part != "main").collect();
    (!parts.is_empty()).then(|| parts.join("::"))
}

/// Each mark of a file: the test in which it stands, who, and what.
fn marks_of(text: &str) -> Vec<(Option<String>, String, String)> {
    let piece = Regex::new(
        r#"(?m)^ *#\[(?:tokio::)?(test)\b|^ *(?:pub(?:\([a-z]+\))? )?(?:async )?fn ([a-z0-9_]+)|\bholds!\(\s*"([^"]+)",\s*\[([^\]]*)\]"#,
    )
    .unwrap();
    let (mut is_test, mut test) = (false, None);
    let mut found = Vec::new();
    for part in piece.captures_iter(text) {
        if part.get(1).is_some() {
            is_test = true;
        } else if let Some(name) = part.get(2) {
            test = is_test.then(|| name.as_str().to_owned());
            is_test = false;
        } else {
            let whats = part[4].split(',').map(|what| what.trim().trim_matches('"').to_owned());
            for what in whats.filter(|what| !what.is_empty()) {
                found.push((test.clone(), part[3].to_owned(), what));
            }
        }
    }
    found
}
