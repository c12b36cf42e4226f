//! Renovate's file: whether it pins actions, and the rule that makes it.

use std::path::Path;

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstRootNode};
use serde_json::{Value, json};

use super::{Updates, first_of};
use crate::flows::init::files::File;
use crate::flows::init::pin::ACTION;
use crate::model::failure::Failure;

/// In Renovate's own order, without package.json, where it is deprecated:
/// <https://docs.renovatebot.com/configuration-options/>
const PATHS: [&str; 9] = [
    "renovate.json",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
    ".gitlab/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.json5",
];

/// Presets that pin every action: <https://docs.renovatebot.com/presets-helpers/>
const PINNING: [&str; 3] = [
    "config:best-practices",
    "helpers:pinGitHubActionDigests",
    "helpers:pinGitHubActionDigestsToSemver",
];

const RULES: &str = "packageRules";

/// Renovate looks at workflows anyway; the rule keeps them pinned.
/// <https://docs.renovatebot.com/modules/manager/github-actions/>
fn rule() -> Value {
    json!({
        "description": "Workflows name do-deploy by the commit of a release",
        "matchManagers": ["github-actions"],
        "matchPackageNames": [ACTION],
        "pinDigests": true,
    })
}

/// `None`: there is no such file.
pub(super) fn find(root: &Path) -> Result<Option<Updates>, Failure> {
    Ok(first_of(root, &PATHS)?.map(|(path, text)| extended(path, text)))
}

fn extended(path: String, text: String) -> Updates {
    let Some(before) = read(&text) else {
        return refused(path, "it is not JSON with an object in it");
    };
    if pins(&before) {
        return Updates::Kept {
            outcome: format!("Renovate keeps the action's pin current already: `{path}`"),
            file: None,
        };
    }
    if !looks_at_workflows(&before) {
        return refused(
            path,
            "it keeps Renovate away from workflows: see `enabled` and `enabledManagers` in it",
        );
    }
    let expected = expected(before);
    let proven = |longer: &String| expected.is_some() && read(longer) == expected;
    match with_rule(&text).filter(proven) {
        Some(longer) => Updates::Kept {
            outcome: format!("Renovate keeps the action's pin current: a rule in `{path}`"),
            file: Some(File::added(path, text, longer)),
        },
        None => refused(path, "its `packageRules` are not a list"),
    }
}

fn refused(path: String, why: &str) -> Updates {
    let rules = json!({ RULES: [rule()] });
    Updates::Refused {
        path,
        why: why.to_owned(),
        entry: serde_json::to_string_pretty(&rules).unwrap_or_default() + "\n",
    }
}

fn object(text: &str) -> Option<(CstRootNode, CstObject)> {
    let root = CstRootNode::parse(text, &ParseOptions::default()).ok()?;
    let object = root.object_value()?;
    Some((root, object))
}

fn read(text: &str) -> Option<Value> {
    object(text)?.1.to_serde_value()
}

fn pins(config: &Value) -> bool {
    let rules = config[RULES].as_array().into_iter().flatten();
    let ours = |list: &Value| list.as_array().into_iter().flatten().any(|name| name == ACTION);
    let mut presets = config["extends"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    presets.any(|preset| PINNING.contains(&preset))
        || rules
            .filter(|rule| rule["pinDigests"] == true)
            .any(|rule| ours(&rule["matchPackageNames"]) || ours(&rule["matchDepNames"]))
}

fn looks_at_workflows(config: &Value) -> bool {
    let managers = config["enabledManagers"].as_array();
    config["enabled"] != false
        && config["github-actions"]["enabled"] != false
        && managers.is_none_or(|managers| managers.iter().any(|manager| manager == "github-actions"))
}

/// The file as it has to read with the rule in it.
fn expected(mut before: Value) -> Option<Value> {
    let rules = before.as_object_mut()?.entry(RULES).or_insert_with(|| json!([]));
    rules.as_array_mut()?.push(rule());
    Some(before)
}

fn with_rule(text: &str) -> Option<String> {
    let (root, object) = object(text)?;
    object.array_value_or_create(RULES)?.append(input(&rule()));
    Some(root.to_string())
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(value) => CstInputValue::Bool(*value),
        Value::Number(value) => CstInputValue::Number(value.to_string()),
        Value::String(value) => CstInputValue::String(value.clone()),
        Value::Array(values) => CstInputValue::Array(values.iter().map(input).collect()),
        Value::Object(values) => {
            CstInputValue::Object(values.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{RULES, Updates, extended, pins, read, rule};
    use crate::flows::init::files::File;

    fn file(text: &str) -> Option<File> {
        match extended("renovate.json".to_owned(), text.to_owned()) {
            Updates::Kept { file, .. } => file,
            Updates::Refused { .. } => None,
        }
    }

    proptest! {
        #[test]
        fn whatever_a_file_says_one_rule_is_added_and_the_rest_stays(text in text()) {
            let Some(file) = file(&text) else { return Ok(()) };
            let after = file.after.as_str();
            let (mut then, now) = (read(&text).expect("JSON"), read(after).expect("JSON"));
            prop_assert!(pins(&now) && !pins(&then), "{}", after);
            let mut rules = then[RULES].as_array().cloned().unwrap_or_default();
            rules.push(rule());
            then[RULES] = json!(rules);
            prop_assert_eq!(then, now);
            for comment in text.lines().filter(|line| line.trim_start().starts_with("//")) {
                prop_assert!(after.contains(comment.trim()), "{:?} is gone from\n{}", comment, after);
            }
            prop_assert_eq!(self::file(after).map(|it| it.diff()), None, "a second time");
        }
    }

    /// Parts of such files in any order, and anything at all.
    fn text() -> impl Strategy<Value = String> {
        let member = prop_oneof![
            4 => Just("\"extends\": [\"config:recommended\"]".to_owned()),
            1 => Just("extends: ['config:recommended']".to_owned()),
            4 => Just("\"packageRules\": [{\"matchManagers\": [\"npm\"]}]".to_owned()),
            1 => Just("\"packageRules\": [ /* none */ ]".to_owned()),
            1 => Just("\"packageRules\": [{\"pinDigests\": true},]".to_owned()),
            1 => Just("packageRules: {}".to_owned()),
            1 => Just("\"enabledManagers\": [\"github-actions\"]".to_owned()),
            3 => Just("// ours\n  \"timezone\": \"UTC\"".to_owned()),
            1 => "\"[a-z\\\\]{0,6}\": ?[0-9a-z.\"\\[\\]{}-]{1,6}",
            1 => any::<String>(),
        ];
        let comma = prop_oneof![5 => Just(",\n  "), 1 => Just(" "), 1 => Just(", // more\n")];
        let around = prop_oneof![8 => Just(("{\n  ", "\n}\n")), 1 => Just(("{", ",}")), 1 => Just(("", ""))];
        (prop::collection::vec((member, comma), 0..6), around).prop_map(|(members, (open, close))| {
            let last = members.len().saturating_sub(1);
            let members = members.iter().enumerate();
            let text: String = members
                .map(|(n, (member, comma))| format!("{member}{}", if n == last { "" } else { comma }))
                .collect();
            format!("{open}{text}{close}")
        })
    }

    fn added(text: &str) -> String {
        match extended("renovate.json".to_owned(), text.to_owned()) {
            Updates::Kept { file: Some(file), .. } => file.diff(),
            Updates::Kept { file: None, .. } => "there".to_owned(),
            Updates::Refused { why, .. } => format!("refused: {why}"),
        }
    }

    #[test]
    fn a_rule_is_added_and_every_comment_stays() {
        for text in [
            "{\n  \"extends\": [\"config:recommended\"]\n}\n",
            "{\n    // ours\n    \"extends\": [\"config:recommended\"], // all\n    \"packageRules\": [\n        /* one */ {\"matchManagers\": [\"npm\"]}\n    ]\n}\n",
            "{\n  extends: ['config:recommended'],\n  packageRules: [],\n}\n",
            "{}\n",
        ] {
            let diff = added(text);
            assert!(
                diff.contains("\"org/do-deploy\"") && diff.contains("pinDigests"),
                "{text}: {diff}"
            );
            for comment in ["// ours", "// all", "/* one */"]
                .into_iter()
                .filter(|it| text.contains(it))
            {
                let kept = diff
                    .lines()
                    .any(|line| !line.starts_with('-') && line.contains(comment));
                assert!(kept, "{comment} is gone: {diff}");
            }
        }
    }

    #[test]
    fn what_pins_already_is_enough() {
        for text in [
            r#"{"extends": ["config:best-practices"]}"#,
            r#"{"extends": [":dependencyDashboard", "helpers:pinGitHubActionDigestsToSemver"]}"#,
            r#"{"packageRules": [{"matchPackageNames": ["org/do-deploy"], "pinDigests": true}]}"#,
            r#"{"packageRules": [{"matchDepNames": ["a/b", "org/do-deploy"], "pinDigests": true}]}"#,
        ] {
            assert_eq!(added(text), "there", "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_rules_is_left_to_its_people() {
        for text in [
            "{\"packageRules\": {}}",
            "{\"packageRules\": null}",
            "[]",
            "",
            "{\"a\"",
            "module.exports = {}",
        ] {
            assert!(added(text).starts_with("refused: it"), "{text}: {}", added(text));
        }
        for text in [
            r#"{"enabled": false}"#,
            r#"{"enabledManagers": ["npm"]}"#,
            r#"{"github-actions": {"enabled": false}}"#,
        ] {
            assert!(
                added(text).starts_with("refused: it keeps Renovate away"),
                "{text}: {}",
                added(text)
            );
        }
    }
}
