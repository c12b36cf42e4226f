//! Fields that App Platform does not know or has retired, and values that it does not take.

use serde_json::{Map, Value};

use super::super::document::schema::{APP, Form, Table, fields, form};
use super::super::document::{component, env, types};
use super::super::notation::APP_SPEC;
use super::findings::Findings;
use crate::config::nearest;
use crate::model::failure::Failure;
use crate::policy::changes::listed;
use crate::policy::placeholder;

/// How many words a message lists.
const MOST_WORDS: usize = 10;

pub(super) fn check(findings: &mut Findings<'_>) {
    if let Some(root) = findings.spec().value().as_object() {
        mapping(root, APP, "", "the app", findings);
    }
}

/// `owner`: whose fields they are, for people.
fn mapping(map: &Map<String, Value>, table: Table, pointer: &str, owner: &str, findings: &mut Findings<'_>) {
    for (key, value) in map {
        let at = format!("{pointer}/{key}");
        // Anchors of a YAML file stand under keys of the author's own.
        let is_anchor = pointer.is_empty() && (key.starts_with("x-") || key.starts_with('.'));
        match form(table, key) {
            Some(form) => field(key, value, form, &at, owner, findings),
            None if is_anchor => {}
            None => unknown(key, table, &at, owner, findings),
        }
    }
}

fn unknown(key: &str, table: Table, at: &str, owner: &str, findings: &mut Findings<'_>) {
    let known: Vec<&str> = fields(table).map(|(name, _)| *name).collect();
    let homes = homes(key);
    let failure = Failure::input(format!("App Platform knows no field `{key}` of {owner}"))
        .why("what it does not know has no effect");
    let failure = match similar(key, &known) {
        Some(near) => failure.next(format!("did you mean `{near}`?")),
        None if form(APP, key).is_some() => failure.next("it is a field of the app: move it to the top"),
        None if !homes.is_empty() => failure.next(format!("it is a field of {}: take it out here", listed(&homes))),
        None if known.len() <= MOST_WORDS => failure.next(format!("it has {}; take this one out", listed(&known))),
        None => failure.next("take it out, or move it to where it belongs"),
    };
    findings.warn_of_key("field", at, failure);
}

/// The field that someone may have meant: a slip of the pen, or one that begins so.
fn similar<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let begins = |it: &&&str| key.len() > 3 && it.len() > 3 && (it.starts_with(key) || key.starts_with(**it));
    let is_slip = |near: &&str| strsim::damerau_levenshtein(key, near) <= (near.len() / 4).max(1);
    nearest(key, known)
        .filter(is_slip)
        .or_else(|| known.iter().find(begins).copied())
}

/// The lists of components that have a field of that name.
fn homes(key: &str) -> Vec<&'static str> {
    let mut homes = Vec::new();
    for (list, form_of_list) in fields(APP) {
        if let Form::Many(table) = form_of_list
            && component::is_list(list)
            && form(table, key).is_some()
        {
            homes.push(*list);
        }
    }
    homes
}

fn field(key: &str, value: &Value, form: &Form, at: &str, owner: &str, findings: &mut Findings<'_>) {
    if value.is_null() || findings.has_error_at(at) || waits(value) {
        return;
    }
    let wrong = |noun: &str| {
        Failure::input(format!("`{key}` of {owner} is not {noun}")).why(format!("it is {}", types::shape(value)))
    };
    match (form, value) {
        (Form::Any, _) => {}
        (Form::Retired(next), _) => {
            let failure = Failure::input(format!("`{key}` of {owner} is no longer used")).next(*next);
            findings.warn_of_key("field", at, failure);
        }
        (Form::Text, Value::String(_)) | (Form::Switch, Value::Bool(_)) => {}
        (Form::Text, _) => findings.error("structure", at, wrong("a string").next("put the value between quotes")),
        // The platform's own documents give some switches as strings.
        (Form::Switch, Value::String(text)) if matches!(text.as_str(), "true" | "false") => {}
        (Form::Switch, _) => findings.error("value", at, wrong("`true` or `false`").next("write `true` or `false`")),
        (Form::Whole(least, most), _) => match whole(value) {
            Some(number) if (*least..=*most).contains(&number) => {}
            Some(0) => {
                let failure = Failure::input(format!("`{key}` of {owner} is 0"))
                    .why("0 counts as nothing, and App Platform takes its default")
                    .next("take it out, or write another number");
                findings.warn("value", at, failure);
            }
            Some(number) => {
                let limits = match least == most {
                    true => format!("App Platform takes {least} alone"),
                    false => format!("App Platform takes {least} to {most}"),
                };
                let failure = Failure::input(format!("`{key}` of {owner} is {number}")).why(limits);
                let near = number.clamp(*least, *most);
                findings.error("value", at, failure.next(format!("write `{near}`")));
            }
            None => findings.error(
                "value",
                at,
                wrong("a whole number").next(format!("write a number from {least} to {most}")),
            ),
        },
        (Form::Word(words), Value::String(text)) if words.contains(&text.as_str()) || text.is_empty() => {}
        (Form::Word(words), Value::String(text)) => {
            let failure = Failure::input(format!("`{key}` of {owner} is `{text}`"))
                .why(format!("App Platform knows {}", listed(words)));
            let upper = text.to_ascii_uppercase().replace('-', "_");
            let near = words
                .iter()
                .find(|word| **word == upper)
                .copied()
                .or_else(|| nearest(&upper, words));
            let next = near.map_or_else(|| "write one of these".to_owned(), |near| format!("write `{near}`"));
            findings.error("value", at, failure.next(next));
        }
        (Form::Word(words), _) => findings.error(
            "value",
            at,
            wrong("a string").next(format!("write {}, between quotes", listed(words))),
        ),
        (Form::One(table), Value::Object(map)) => mapping(map, table, at, &of(key, owner), findings),
        (Form::One(_), _) => findings.error(
            "structure",
            at,
            wrong("a mapping").next("write `key: value` lines below it"),
        ),
        (Form::Many(table), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let at = format!("{at}/{index}");
                match item.as_object() {
                    Some(map) => mapping(map, table, &at, &named(key, item, owner), findings),
                    None if findings.has_error_at(&at) => {}
                    None => {
                        let failure = Failure::input(format!("an entry of `{key}` is not a mapping"))
                            .next("write `key: value` lines below it");
                        findings.error("structure", &at, failure);
                    }
                }
            }
        }
        (Form::Many(_), _) => findings.error(
            "structure",
            at,
            wrong("a list").next("begin every entry below it with `- `"),
        ),
    }
}

/// A value that something fills in before the platform sees it.
fn waits(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    placeholder::whole(text, APP_SPEC).is_some()
        || !placeholder::parts(text, APP_SPEC).is_empty()
        || env::is_bound(text)
}

fn whole(value: &Value) -> Option<u64> {
    let written = value.as_str().and_then(|text| text.parse().ok());
    value.as_u64().or(written)
}

/// What a mapping is called: `` `github` of `web` ``.
fn of(key: &str, owner: &str) -> String {
    match owner {
        "the app" => format!("`{key}`"),
        owner => format!("`{key}` of {owner}"),
    }
}

/// What an item of a list is called: by its name where it has one.
fn named(key: &str, item: &Value, owner: &str) -> String {
    let text = |field: &str| item.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    match text("name").or_else(|| text("key")) {
        Some(name) => format!("`{name}`"),
        None => format!("an entry of {}", of(key, owner)),
    }
}
