//! What belongs to production alone is taken out: the registry's password, and routes by host.

use serde_json::{Map, Value};

use super::super::component;
use super::super::env;
use super::Notes;

/// `whole`: production's spec with everything that a preview leaves out.
pub(super) fn strip(preview: &mut Value, whole: &Value, notes: &mut Notes) {
    component::each(preview, |_, component| {
        let name = component
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        credentials(component, &name, notes);
    });
    ingress(preview, whole, notes);
}

/// A registry password that only production's app can decrypt.
fn credentials(component: &mut Map<String, Value>, name: &str, notes: &mut Notes) {
    let Some(image) = component.get_mut("image").and_then(Value::as_object_mut) else {
        return;
    };
    let encrypted = image
        .get("registry_credentials")
        .and_then(Value::as_str)
        .is_some_and(env::is_encrypted);
    if encrypted {
        image.shift_remove("registry_credentials");
        notes.changes.push(
            format!("left out `registry_credentials` of `{name}`"),
            "only production can decrypt them",
        );
        notes.warnings.push(format!(
            "the image of `{name}` has to be public, or the preview cannot load it"
        ));
    }
}

/// Rules that name a host of production's, or a component that is gone, lead nowhere in a preview.
fn ingress(preview: &mut Value, whole: &Value, notes: &mut Notes) {
    let names = |spec: &Value| -> Vec<String> {
        let components = component::components(spec);
        components.iter().map(|it| it.name.to_owned()).collect()
    };
    let (kept, known) = (names(preview), names(whole));
    let Some(root) = super::root(preview) else { return };
    let Some(ingress) = root.get_mut("ingress").and_then(Value::as_object_mut) else {
        return;
    };
    let Some(rules) = ingress.get_mut("rules").and_then(Value::as_array_mut) else {
        return;
    };
    let before = rules.len();
    let mut misnamed = Vec::new();
    rules.retain(|rule| {
        let why = if has(rule, "/match/authority") || has(rule, "/redirect/authority") {
            "its host name leads to production"
        } else {
            match rule.pointer("/component/name").and_then(Value::as_str) {
                Some(name) if !known.iter().any(|known| known == name) => {
                    misnamed.push(format!(
                        "the ingress rule {} leads nowhere: the app spec has no such component",
                        describe(rule)
                    ));
                    "the app spec has no such component"
                }
                Some(name) if !kept.iter().any(|kept| kept == name) => "its component is not in the preview",
                _ => return true,
            }
        };
        notes
            .changes
            .push(format!("dropped the ingress rule {}", describe(rule)), why);
        false
    });
    notes.warnings.extend(misnamed);
    if rules.is_empty() && before > 0 {
        root.shift_remove("ingress");
        notes.warnings.push(
            "none of production's ingress rules applies in the preview: it has the platform's default routes"
                .to_owned(),
        );
    }
}

fn has(rule: &Value, pointer: &str) -> bool {
    rule.pointer(pointer).is_some_and(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(map) => map
            .values()
            .any(|value| value.as_str().is_some_and(|text| !text.is_empty())),
        _ => true,
    })
}

fn describe(rule: &Value) -> String {
    let at = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str);
    let path = at("/match/path/prefix")
        .or_else(|| at("/match/path/exact"))
        .unwrap_or("/");
    let host = at("/match/authority/exact").unwrap_or_default();
    match at("/component/name") {
        Some(name) => format!("`{host}{path}` to `{name}`"),
        None => format!("`{host}{path}`"),
    }
}
