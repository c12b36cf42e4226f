//! The forms of fields against the vendor's own document: what it has, no check may call unknown.

use serde_json::{Map, Value};

use super::shared::shared;
use crate::platforms::app_platform::document::schema::{APP, Form, Table, form};

/// The properties that a schema gives, its own and those of what it is made of, and each with its own schema.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
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

fn compare(document: &Value, schema: &Value, table: Table, path: &str, wrong: &mut Vec<String>) {
    for (key, value) in properties(document, schema) {
        let path = format!("{path}.{key}");
        match form(table, key) {
            None => wrong.push(format!("{path} is missing")),
            Some(Form::One(table) | Form::Many(table)) => compare(document, value, table, &path, wrong),
            Some(Form::Word(words)) => {
                let theirs = value["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
                wrong.extend(
                    theirs
                        .filter(|word| !words.contains(word))
                        .map(|word| format!("{path} may be {word}")),
                );
            }
            Some(Form::Whole(least, most)) => {
                let is_wider = value["minimum"].as_u64().is_some_and(|theirs| theirs < *least)
                    || value["maximum"].as_u64().is_some_and(|theirs| theirs > *most);
                if is_wider {
                    wrong.push(format!("{path} has wider limits"));
                }
            }
            Some(Form::Text | Form::Switch | Form::Any | Form::Retired(_)) => {}
        }
    }
}

#[test]
fn what_the_vendors_document_allows_is_called_wrong_by_no_check() {
    let Some(file) = shared("openapi/digitalocean.json") else {
        return;
    };
    let text = std::fs::read_to_string(file).expect("text");
    let document: Value = serde_json::from_str(&text).expect("the vendor's document is JSON");
    let schema = &document["components"]["schemas"]["app_spec"];
    assert!(properties(&document, schema).len() > 10, "{schema:#}");
    let mut wrong = Vec::new();
    compare(&document, schema, APP, "", &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
}
