//! The forms of fields against the vendor's own document: what it has, no check may call unknown.

use serde_json::Value;

use super::shared::{document, properties};
use crate::platforms::app_platform::document::schema::{APP, Form, Table, form};

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
    let Some(document) = document() else { return };
    let schema = &document["components"]["schemas"]["app_spec"];
    assert!(properties(&document, schema).len() > 10, "{schema:#}");
    let mut wrong = Vec::new();
    compare(&document, schema, APP, "", &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
}
