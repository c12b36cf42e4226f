//! Takes out of a preview, or refuses, every field that previews may not hold or that no document of the vendor knows.

use serde_json::{Map, Value};

use super::super::component::Kind;
use super::super::document::identity;
use super::Notes;
use super::fields::{APP, Rule, Table, rule};
use crate::model::failure::Failure;

/// A field that does not stay.
struct Found {
    /// JSON pointer to the mapping that has it.
    parent: String,
    key: String,
    /// The same for people: `` `alerts` of `web` ``.
    shown: String,
    why: Why,
    is_empty: bool,
}

enum Why {
    Unknown,
    LeftOut(&'static str),
    Refused(&'static str),
}

const UNKNOWN: &str = "App Platform's app spec has no such field";

/// Leaves out what a preview that is made from production's spec does not have, and names it.
pub(super) fn leave_out(preview: &mut Value, notes: &mut Notes) {
    remove(preview, notes, |_| true);
}

/// Anchors of a YAML file stand under keys of the author's own, `x-…`, which mean nothing to the platform.
pub(super) fn leave_out_anchors(preview: &mut Value, notes: &mut Notes) {
    remove(preview, notes, |found| {
        found.parent.is_empty() && found.key.starts_with("x-")
    });
}

fn remove(preview: &mut Value, notes: &mut Notes, which: impl Fn(&Found) -> bool) {
    for found in find(preview).into_iter().filter(which) {
        let parent = preview.pointer_mut(&found.parent).and_then(Value::as_object_mut);
        parent.and_then(|parent| parent.shift_remove(&found.key));
        if !found.is_empty {
            let why = match found.why {
                Why::Unknown => UNKNOWN,
                Why::LeftOut(why) | Why::Refused(why) => why,
            };
            notes.changes.push(format!("dropped {}", found.shown), why);
        }
    }
}

/// Refuses a preview spec with fields that no preview may hold.
pub(super) fn refuse(preview: &Value) -> Result<(), Failure> {
    let reasons: Vec<String> = find(preview)
        .into_iter()
        .filter(|found| !found.is_empty)
        .filter_map(|found| match found.why {
            Why::Unknown => Some(format!("{}: {UNKNOWN}", found.shown)),
            Why::Refused(why) => Some(format!("{}: {why}", found.shown)),
            Why::LeftOut(_) => None,
        })
        .collect();
    if reasons.is_empty() {
        return Ok(());
    }
    Err(
        Failure::input("the preview spec has fields that a preview may not have")
            .why(reasons.join("; "))
            .next("take them out of the preview spec, or leave `[preview] spec` empty to have one made"),
    )
}

fn find(spec: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(root) = spec.as_object() {
        look(root, APP, &Place::default(), &mut found);
    }
    found
}

/// Where a mapping stands.
#[derive(Clone, Default)]
struct Place {
    pointer: String,
    /// The names of the fields above it, from its component or from the app.
    path: String,
    component: Option<String>,
}

impl Place {
    /// The value of the field `key`, or an entry of it.
    fn below(&self, key: &str, index: Option<usize>, value: &Value) -> Self {
        let mut below = self.clone();
        below.pointer = format!("{}/{key}", self.pointer);
        below.path = format!("{}{key}.", self.path);
        if let Some(index) = index {
            below.pointer = format!("{}/{index}", below.pointer);
            if self.pointer.is_empty() && Kind::ALL.iter().any(|kind| kind.key() == key) {
                below.path = String::new();
                below.component = Some(identity::name(value).unwrap_or(key).to_owned());
            }
        }
        below
    }

    fn shown(&self, key: &str) -> String {
        match &self.component {
            Some(component) => format!("`{}{key}` of `{component}`", self.path),
            None => format!("`{}{key}`", self.path),
        }
    }
}

fn look(map: &Map<String, Value>, table: Table, place: &Place, found: &mut Vec<Found>) {
    for (key, value) in map {
        let why = match rule(table, key) {
            Some(Rule::Of(table)) => {
                match value {
                    Value::Object(inner) => look(inner, table, &place.below(key, None, value), found),
                    Value::Array(entries) => {
                        for (index, entry) in entries.iter().enumerate() {
                            let inner = entry.as_object().into_iter();
                            inner.for_each(|inner| look(inner, table, &place.below(key, Some(index), entry), found));
                        }
                    }
                    _ => {}
                }
                continue;
            }
            Some(Rule::Allowed) if has_mapping(value) => Why::Unknown,
            Some(Rule::Allowed | Rule::Rewritten) => continue,
            Some(Rule::LeftOut(why)) => Why::LeftOut(why),
            Some(Rule::Refused(why)) => Why::Refused(why),
            None => Why::Unknown,
        };
        found.push(Found {
            parent: place.pointer.clone(),
            key: key.clone(),
            shown: place.shown(key),
            why,
            is_empty: value.is_null() || value.as_array().is_some_and(Vec::is_empty),
        });
    }
}

/// A field that is a text, a number or a list of them hides no mapping.
fn has_mapping(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::Array(entries) => entries.iter().any(has_mapping),
        _ => false,
    }
}
