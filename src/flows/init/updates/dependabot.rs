//! Dependabot's file: whether it looks at workflows, and the entry that makes it.
//!
//! The file is YAML with people's comments in it, so lines are added and none is changed; what is added is proven by
//! reading the whole file again.

use std::path::Path;

use serde_json::{Value, json};

use super::{Updates, first_of};
use crate::flows::init::files::File;
use crate::flows::init::pin::ACTION;
use crate::model::failure::Failure;

const PATHS: [&str; 2] = [".github/dependabot.yml", ".github/dependabot.yaml"];

/// What comes before the first entry of a new file.
const HEAD: &str = "# Keeps the commits current by which workflows name their actions.\nversion: 2\nupdates:\n";

/// The entry's lines, without their indentation.
/// <https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference>
fn entry() -> [String; 4] {
    [
        format!("- package-ecosystem: github-actions # `{ACTION}` among them"),
        "  directory: / # which stands for `.github/workflows`".to_owned(),
        "  schedule: {interval: weekly}".to_owned(),
        "  cooldown: {default-days: 7} # a bad version is mostly found by then".to_owned(),
    ]
}

fn value() -> Value {
    json!({
        "package-ecosystem": "github-actions",
        "directory": "/",
        "schedule": {"interval": "weekly"},
        "cooldown": {"default-days": 7},
    })
}

fn indented(by: &str, newline: &str) -> String {
    entry().iter().map(|line| format!("{by}{line}{newline}")).collect()
}

/// `None`: there is no such file.
pub(super) fn find(root: &Path) -> Result<Option<Updates>, Failure> {
    Ok(first_of(root, &PATHS)?.map(|(path, text)| extended(path, text)))
}

/// For a repository that has nothing yet.
pub(super) fn first() -> Updates {
    let path = PATHS[0].to_owned();
    Updates::Kept {
        outcome: format!("Dependabot keeps the workflows' actions current: `{path}`"),
        file: Some(File::added(
            path,
            String::new(),
            format!("{HEAD}{}", indented("  ", "\n")),
        )),
    }
}

fn extended(path: String, text: String) -> Updates {
    let read = |text: &str| serde_saphyr::from_str::<Value>(text);
    let before = match read(&text) {
        Ok(before) => before,
        Err(error) => {
            let why = format!(
                "it is not valid YAML: {}",
                error.to_string().lines().next().unwrap_or_default()
            );
            return refused(path, why);
        }
    };
    if looks_at_workflows(&before) {
        return Updates::Kept {
            outcome: format!("Dependabot looks at the workflows' actions already: `{path}`"),
            file: None,
        };
    }
    let expected = expected(before);
    let proven = |longer: &String| expected.is_some() && read(longer).ok() == expected;
    let longer = with_entry(&text).filter(proven);
    match longer {
        Some(longer) => Updates::Kept {
            outcome: format!("Dependabot keeps the workflows' actions current: an entry in `{path}`"),
            file: Some(File::added(path, text, longer)),
        },
        None => refused(
            path,
            "its `updates` are not a list with an entry on each line".to_owned(),
        ),
    }
}

fn refused(path: String, why: String) -> Updates {
    let entry = indented("  ", "\n");
    Updates::Refused { path, why, entry }
}

/// Whether an entry is about `.github/workflows`, for which `/` stands.
fn looks_at_workflows(file: &Value) -> bool {
    let is_root = |folder: &Value| {
        folder
            .as_str()
            .is_some_and(|folder| folder.trim_matches(['/', '.']).is_empty())
    };
    file["updates"].as_array().into_iter().flatten().any(|entry| {
        let listed = entry["directories"].as_array().into_iter().flatten();
        entry["package-ecosystem"] == "github-actions" && listed.chain([&entry["directory"]]).any(is_root)
    })
}

/// The file as it has to read with the entry in it. `None`: it is no file of Dependabot's.
fn expected(mut before: Value) -> Option<Value> {
    let updates = before.as_object_mut()?.get_mut("updates")?;
    if updates.is_null() {
        *updates = json!([]);
    }
    updates.as_array_mut()?.push(value());
    Some(before)
}

/// The text with the entry at the end of the block list `updates`. Whether that is what it now means is for the caller to
/// see.
fn with_entry(text: &str) -> Option<String> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let key = lines.iter().position(|line| {
        let rest = line.strip_prefix("updates:").map(str::trim);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    })?;
    let indent = lines[key + 1..]
        .iter()
        .find(|line| is_content(line))
        .and_then(|line| line.trim_start().starts_with('-').then(|| indentation(line)))
        .unwrap_or("  ");
    let ends = |line: &&str| is_content(line) && indentation(line).is_empty() && !line.starts_with("- ");
    let end = lines[key + 1..]
        .iter()
        .position(ends)
        .map_or(lines.len(), |end| key + 1 + end);
    // A comment that is set deeper belongs to the entry above it.
    let is_of_the_list =
        |line: &str| is_content(line) || indentation(line).len() > indent.len() && !line.trim().is_empty();
    let last = (key..end).rev().find(|at| *at == key || is_of_the_list(lines[*at]))?;
    let (above, below) = lines.split_at(last + 1);
    let mut longer = above.concat();
    if !longer.ends_with('\n') {
        longer += newline;
    }
    Some(longer + &indented(indent, newline) + &below.concat())
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(' ').len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{Updates, extended, looks_at_workflows};
    use crate::flows::init::files::File;

    fn file(text: &str) -> Option<File> {
        match extended("dependabot.yml".to_owned(), text.to_owned()) {
            Updates::Kept { file, .. } => file,
            Updates::Refused { .. } => None,
        }
    }

    proptest! {
        #[test]
        fn whatever_a_file_says_only_lines_are_added_to_it_and_only_one_entry(text in text()) {
            let Some(file) = file(&text) else { return Ok(()) };
            let (before, after) = (text.as_str(), file.after.as_str());
            let mut lines = after.lines();
            for line in before.lines() {
                prop_assert!(lines.any(|it| it == line), "{:?} is gone or elsewhere in\n{}", line, after);
            }
            prop_assert_eq!(after.lines().count(), before.lines().count() + 4, "{}", after);
            let read = |text: &str| serde_saphyr::from_str::<Value>(text).expect("YAML");
            let (mut then, now) = (read(before), read(after));
            prop_assert!(looks_at_workflows(&now) && !looks_at_workflows(&then), "{}", after);
            let entries = now["updates"].as_array().expect("a list");
            let earlier = then["updates"].as_array().cloned().unwrap_or_default();
            prop_assert_eq!(&entries[..entries.len() - 1], &earlier[..]);
            then["updates"] = now["updates"].clone();
            prop_assert_eq!(&then, &now, "what stands beside the list");
            prop_assert_eq!(self::file(after).map(|it| it.diff()), None, "a second time");
        }
    }

    /// Parts of such files in any order and at any depth, and anything at all.
    fn text() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            6 => Just("  - package-ecosystem: npm".to_owned()),
            4 => Just("    directory: /".to_owned()),
            2 => Just("- package-ecosystem: npm".to_owned()),
            2 => Just("  directory: /".to_owned()),
            2 => Just("    schedule: {interval: daily}".to_owned()),
            2 => Just("    ignore:\n      - dependency-name: \"*\"".to_owned()),
            1 => Just("    labels: |\n      updates:\n        - x".to_owned()),
            1 => Just("  - package-ecosystem: github-actions\n    directory: /".to_owned()),
            2 => Just("registries:\n  own: {type: npm-registry}".to_owned()),
            1 => Just("updates: [] # none".to_owned()),
            1 => Just("updates:".to_owned()),
            1 => Just("...\n---".to_owned()),
            2 => Just(String::new()),
            2 => "[ ]{0,8}# [a-z :-]{0,12}",
            1 => "[ ]{0,6}-? ?[a-z]{1,6}: ?[a-z&*!|>'\"{}\\[\\]]{0,6}",
            1 => any::<String>(),
        ];
        let newline = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
        let head = prop_oneof![4 => Just("version: 2\nupdates:\n"), 1 => Just("updates: # all\n"), 1 => Just("")];
        (head, prop::collection::vec(line, 0..8), newline, any::<bool>()).prop_map(|(head, lines, newline, ends)| {
            let end = if ends { "\n" } else { "" };
            format!("{head}{}{end}", lines.join("\n")).replace('\n', newline)
        })
    }

    fn added(text: &str) -> String {
        match extended("dependabot.yml".to_owned(), text.to_owned()) {
            Updates::Kept { file: Some(file), .. } => file.diff(),
            Updates::Kept { file: None, .. } => "there".to_owned(),
            Updates::Refused { why, .. } => format!("refused: {why}"),
        }
    }

    /// Every line of the text, in its order, and four more.
    #[track_caller]
    fn adds_four_lines(text: &str) {
        let diff = added(text);
        let gone: Vec<&str> = diff.lines().skip(2).filter(|line| line.starts_with('-')).collect();
        let new = diff.lines().skip(2).filter(|line| line.starts_with('+')).count();
        assert!(gone.is_empty() && new == 4, "{text:?}:\n{diff}");
    }

    const NPM: &str = "- package-ecosystem: npm\n    directory: /\n    schedule: {interval: daily}\n";

    #[test]
    fn an_entry_is_added_wherever_the_list_ends() {
        for text in [
            format!("version: 2\nupdates:\n  {NPM}"),
            format!("# ours\nversion: 2\nupdates: # of everything\n  # the shop\n  {NPM}    # ignore: nothing\n\n# the end\n"),
            format!("version: 2\nupdates:\n  {NPM}registries:\n  own: {{type: npm-registry, url: https://npm.example}}\n"),
            format!("updates:\n\n  {NPM}\n  # later\nversion: 2\n"),
            "version: 2\nupdates:\n- package-ecosystem: npm\n  directory: /\n  schedule:\n    interval: daily\n".to_owned(),
            "version: 2\nupdates:\n".to_owned(),
            "version: 2\nupdates:\n  - package-ecosystem: github-actions\n    directory: /actions/build\n    schedule: {interval: daily}\n".to_owned(),
        ] {
            adds_four_lines(&text);
            adds_four_lines(&text.replace('\n', "\r\n"));
        }
        // Where a file ends without a line's end, that line gets one.
        assert!(added(format!("version: 2\nupdates:\n  {NPM}").trim_end()).contains("+  - package-ecosystem"));
    }

    #[test]
    fn an_entry_for_workflows_is_enough() {
        for folder in [
            "directory: /",
            "directory: \"/\"",
            "directories: [\"/\", \"/tools\"]",
            "directory: .",
        ] {
            let text = format!("version: 2\nupdates:\n  - package-ecosystem: \"github-actions\"\n    {folder}\n");
            assert_eq!(added(&text), "there", "{text}");
        }
    }

    #[test]
    fn a_list_of_another_form_is_left_to_its_people() {
        for text in [
            "version: 2\nupdates: []\n",
            "version: 2\nupdates: [{package-ecosystem: npm, directory: /, schedule: {interval: daily}}]\n",
            "{version: 2, updates: []}\n",
            "version: 2\nupdates: &all\n  - package-ecosystem: npm\n",
            "version: 2\n",
            "version: 2\nupdates: {npm: daily}\n",
            "version: 2\nupdates:\n  npm: daily\n",
            "- updates\n",
            "",
        ] {
            assert!(
                added(text).starts_with("refused: its `updates`"),
                "{text:?}: {}",
                added(text)
            );
        }
        assert!(added("version: [2\n").starts_with("refused: it is not valid YAML"));
    }
}
