//! Holds that what people read in one platform's words comes from its `Words`, and stands in no neutral place.

use std::fs;

use super::{keys, root, sources};

/// Layers that speak of every platform.
const NEUTRAL: [&str; 9] = [
    "cli", "config", "flows", "health", "model", "net", "policy", "render", "report",
];

/// What App Platform calls its manifest, its pages and the trigger of its own.
const WORDS: [&str; 3] = ["app spec", "control panel", "deploy_on_push"];

#[test]
fn no_neutral_place_speaks_in_the_words_of_one_platform() {
    let mut wrong = Vec::new();
    for folder in NEUTRAL {
        for (path, text) in sources(&format!("src/{folder}")) {
            let is_test = path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
            for literal in keys::literals(&text).iter().filter(|_| !is_test) {
                let found = WORDS.iter().filter(|word| has(literal, word));
                wrong.extend(found.map(|word| format!("{}: {word}: {literal}", path.display())));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "ask the platform's `Words`");
}

#[test]
fn no_template_speaks_in_the_words_of_one_platform() {
    let templates = fs::read_dir(root().join("src/render/templates")).unwrap().flatten();
    let texts = templates.map(|entry| fs::read_to_string(entry.path()).unwrap());
    let wrong: Vec<String> = texts.filter(|text| WORDS.iter().any(|word| has(text, word))).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// Also where a line break of the source divides it.
fn has(text: &str, word: &str) -> bool {
    let text: Vec<&str> = text.split_whitespace().collect();
    text.join(" ").to_lowercase().contains(word)
}
