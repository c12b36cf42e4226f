//! What the tests of specs compare with and is not kept here: the vendor's document, specs of other people's repositories.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// A file or folder in the folder that `DO_DEPLOY_SHARED` names, or else in `../shared`. `None`: it is not at hand, and the
/// test that asks for it says so and ends.
pub(in crate::platforms::app_platform::spec) fn shared(name: &str) -> Option<PathBuf> {
    let is_set = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty());
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = is_set("DO_DEPLOY_SHARED").map_or_else(beside, PathBuf::from);
    let found = folder.join(name);
    if found.exists() {
        return Some(found);
    }
    let test = std::thread::current();
    let skipped = format!(
        "{} was SKIPPED: there is no {name} in {} (DO_DEPLOY_SHARED names another folder)\n",
        test.name().unwrap_or("a test"),
        folder.display()
    );
    // What goes through `eprintln!` is only shown of tests that fail.
    std::io::stderr().write_all(skipped.as_bytes()).expect("stderr");
    assert!(is_set("DO_DEPLOY_REQUIRE_SHARED").is_none(), "{skipped}");
    None
}

/// DigitalOcean's document; `None` where it is not at hand.
pub(in crate::platforms::app_platform::spec) fn document() -> Option<Value> {
    let text = std::fs::read_to_string(shared("openapi/digitalocean.json")?).expect("text");
    Some(serde_json::from_str(&text).expect("the vendor's document is JSON"))
}

/// The properties that a schema gives, its own and those of what it is made of, and each with its own schema.
pub(in crate::platforms::app_platform::spec) fn properties<'a>(
    document: &'a Value,
    schema: &'a Value,
) -> Vec<(&'a str, &'a Value)> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return properties(document, target.expect("references resolve"));
    }
    if schema["type"] == "array" {
        return properties(document, &schema["items"]);
    }
    let own = schema["properties"].as_object().into_iter().flat_map(Map::iter);
    let mut found: Vec<(&str, &Value)> = own.map(|(key, value)| (key.as_str(), value)).collect();
    for parts in ["allOf", "anyOf", "oneOf"] {
        for part in schema[parts].as_array().into_iter().flatten() {
            found.extend(properties(document, part));
        }
    }
    found
}
