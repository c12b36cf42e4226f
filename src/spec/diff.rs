//! Two specs side by side, as a unified diff without secrets.

use std::borrow::Cow;

use serde_json::Value;
use similar::TextDiff;

use super::document::print;
use super::env;
use super::secrets::{has_password, is_credential};

const MASK: &str = "***";

/// What changes from `old` to `new`; empty when nothing does. Values of SECRETs and ciphertexts are masked.
pub(crate) fn diff(old: &Value, new: &Value) -> String {
    let (before, after) = (print(&masked(old)), print(&masked(&in_order_of(old, new))));
    if before == after {
        return String::new();
    }
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(3)
        .header("before", "after")
        .to_string()
}

/// The spec as people may read it: without secrets, and with where they come from. `clean` takes out of a text what
/// is known to be secret; done before the text is printed, that leaves a document that can be parsed.
pub(crate) fn show(spec: &Value, clean: impl Fn(&str) -> String) -> String {
    let mut shown = spec.clone();
    mask(&mut shown, true);
    clean_texts(&mut shown, &clean);
    print(&shown)
}

fn clean_texts(value: &mut Value, clean: &impl Fn(&str) -> String) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| clean_texts(value, clean)),
        Value::Array(items) => items.iter_mut().for_each(|item| clean_texts(item, clean)),
        Value::String(text) => *text = clean(text),
        _ => {}
    }
}

/// `new` with its keys in the order of `old`: order says nothing, and a platform gives keys back in its own.
fn in_order_of(old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let known = old
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), in_order_of(value, new.get(key)?))));
            let further = new.iter().filter(|(key, _)| !old.contains_key(*key));
            known
                .chain(further.map(|(key, value)| (key.clone(), value.clone())))
                .collect()
        }
        (Value::Array(old), Value::Array(new)) => {
            let nothing = Value::Null;
            let old = old.iter().chain(std::iter::repeat(&nothing));
            new.iter().zip(old).map(|(new, old)| in_order_of(old, new)).collect()
        }
        _ => new.clone(),
    }
}

/// A copy in which no secret can be read.
pub(super) fn masked(spec: &Value) -> Value {
    let mut spec = spec.clone();
    mask(&mut spec, false);
    spec
}

/// `bindings`: whether those of SECRETs stay. Beside a ciphertext, which may be of the same one, they say nothing.
fn mask(value: &mut Value, bindings: bool) {
    match value {
        Value::Object(map) => {
            let secret = env::is_secret(&Value::Object(map.clone()));
            for (key, value) in map.iter_mut() {
                let hidden = (secret && key == "value") || is_credential(key);
                match value {
                    Value::String(text) if bindings && env::is_binding(text) => {}
                    Value::String(text) if hidden && !text.is_empty() => *text = MASK.to_owned(),
                    other => mask(other, bindings),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, bindings)),
        Value::String(text) => {
            if let Cow::Owned(hidden) = without_password(text) {
                *text = hidden;
            }
        }
        _ => {}
    }
}

/// A ciphertext, or the password of a URL that somebody wrote into a GENERAL env.
fn without_password(text: &str) -> Cow<'_, str> {
    if env::is_encrypted(text) {
        return Cow::Owned(MASK.to_owned());
    }
    if text.contains("://")
        && let Ok(mut url) = url::Url::parse(text)
        && has_password(&url)
        && url.set_password(Some(MASK)).is_ok()
    {
        return Cow::Owned(url.to_string());
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{diff, show};

    #[test]
    fn a_shown_spec_says_where_a_secret_comes_from_and_can_be_parsed() {
        let spec = json!({"name": "shop", "envs": [
            {"key": "DATABASE_URL", "value": "${db.DATABASE_URL}", "type": "SECRET"},
            {"key": "CACHE_URL", "value": "${cache.REDIS_URL}", "type": "SECRET"},
            {"key": "API_KEY", "value": "${db.HOSTNAME}-hunter2", "type": "SECRET"},
            {"key": "REQUIRED", "value": "<REQUIRED>", "type": "SECRET"},
            {"key": "KNOWN", "value": "hunter22"},
            {"key": "COMMAND", "value": "hunter22 --port 80"},
        ]});
        let text = show(&spec, |text| text.replace("hunter22", "***"));
        let read: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
        let values: Vec<_> = (0..6).map(|at| read["envs"][at]["value"].as_str()).collect();
        assert_eq!(
            values,
            [
                Some("${db.DATABASE_URL}"),
                Some("${cache.REDIS_URL}"),
                Some("***"),
                Some("***"),
                Some("***"),
                Some("*** --port 80"),
            ]
        );
    }

    #[test]
    fn shows_what_changes_and_no_secret() {
        let old = json!({"name": "shop", "envs": [
            {"key": "A", "value": "old-secret", "type": "SECRET"},
            {"key": "B", "value": "on"},
            {"key": "C", "value": "postgres://user:hunter2@host/db"},
        ]});
        let mut new = old.clone();
        new["envs"][0]["value"] = json!("new-secret");
        assert_eq!(diff(&old, &new), "", "a secret's ciphertext always differs");
        new["envs"][1]["value"] = json!("off");
        let text = diff(&old, &new);
        insta::assert_snapshot!(text, @r#"
        --- before
        +++ after
        @@ -4,6 +4,6 @@
           value: "***"
           type: SECRET
         - key: B
        -  value: "on"
        +  value: "off"
         - key: C
           value: postgres://user:***@host/db
    "#);
    }
}
