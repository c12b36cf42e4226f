//! Two specs side by side, as a unified diff without secrets.

use std::collections::BTreeSet;

use serde_json::Value;
use similar::TextDiff;

use super::shown::{MASK, by_shape, without_password};
use super::{component, env, shown};
use crate::policy::secret_names::is_credential;
use crate::policy::yaml::document as yaml;
/// Behind what is masked on both sides and is not the same.
const ANOTHER: &str = "*** (another value)";

/// What changes from `old` to `new`; empty when nothing does. Values of SECRETs, ciphertexts, and what is a credential
/// in plain text are masked: the live app may hold what the repository does not.
pub(crate) fn diff(old: &Value, new: &Value) -> String {
    let mut known = BTreeSet::new();
    texts(old, &mut known);
    let plain = |value: &Value, is_same: &dyn Fn(&str) -> bool| {
        let mut value = value.clone();
        hide_plain(&mut value, is_same);
        mask(&mut value, false);
        yaml::write(&value)
    };
    let before = plain(old, &|_| true);
    let after = plain(&in_order_of(old, new), &|text| known.contains(text));
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
    yaml::write(&shown)
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| texts(value, found)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::String(text) => {
            found.insert(text.clone());
        }
        _ => {}
    }
}

/// Hides what is a credential in plain text. `is_same`: whether the other side has the same text.
fn hide_plain(value: &mut Value, is_same: &dyn Fn(&str) -> bool) {
    let hide = |text: &mut String, shown: String| {
        if shown != *text {
            *text = if is_same(text) {
                shown
            } else {
                shown.replacen(MASK, ANOTHER, 1)
            };
        }
    };
    match value {
        Value::Object(map) => {
            let key = env::key_of(map).map(str::to_owned);
            for (field, value) in map.iter_mut() {
                match (value, &key) {
                    (Value::String(text), Some(key)) if env::is_value(field) => hide(text, shown::of_env(key, text)),
                    (Value::String(text), _) if component::is_command(field) => {
                        hide(text, shown::of_command(text));
                    }
                    (value, _) => hide_plain(value, is_same),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_plain(item, is_same)),
        Value::String(text) => hide(text, by_shape(text)),
        _ => {}
    }
}

fn clean_texts(value: &mut Value, clean: &impl Fn(&str) -> String) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| clean_texts(value, clean)),
        Value::Array(items) => items.iter_mut().for_each(|item| clean_texts(item, clean)),
        Value::String(text) => *text = clean(text),
        // Taken out of the printed text, it would leave an alias where a number was.
        Value::Number(number) => {
            let (text, clean) = (number.to_string(), clean(&number.to_string()));
            if clean != text {
                *value = Value::String(clean);
            }
        }
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

/// `bindings`: whether those of SECRETs stay. Beside a ciphertext, which may be of the same one, they say nothing.
fn mask(value: &mut Value, bindings: bool) {
    match value {
        Value::Object(map) => {
            let secret = env::is_secret(&Value::Object(map.clone()));
            for (key, value) in map.iter_mut() {
                let hidden = (secret && env::is_value(key)) || is_credential(key);
                match value {
                    Value::String(text) if bindings && env::is_binding(text) => {}
                    Value::String(text) if hidden && !text.is_empty() => *text = MASK.to_owned(),
                    other => mask(other, bindings),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, bindings)),
        Value::String(text) if !text.contains(MASK) => {
            *text = without_password(text).into_owned();
        }
        _ => {}
    }
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
            {"key": "PIN", "value": 4_711_081_500_i64},
        ]});
        let text = show(&spec, |text| {
            text.replace("hunter22", "***").replace("4711081500", "***")
        });
        let read: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
        let values: Vec<_> = (0..7).map(|at| read["envs"][at]["value"].as_str()).collect();
        assert_eq!(
            values,
            [
                Some("${db.DATABASE_URL}"),
                Some("${cache.REDIS_URL}"),
                Some("***"),
                Some("***"),
                Some("***"),
                Some("*** --port 80"),
                Some("***"),
            ]
        );
    }

    #[test]
    fn credentials_in_plain_text_are_shown_on_neither_side() {
        let old = json!({"name": "shop", "envs": [
            {"key": "ADMIN_PASSWORD", "value": "panel-pw-99"},
            {"key": "API_KEY", "value": "pan3lkey1"},
            {"key": "MAIL", "value": "smtp://no-reply@acme.io:panel-pw@smtp.acme.io"},
            {"key": "GONE_TOKEN", "value": "panel-pw-77"},
        ], "services": [{"name": "web", "run_command": "./serve --token pan3lcmd", "health_check": {"http_path": "/?token=panel-pw"}}]});
        let mut new = old.clone();
        assert_eq!(diff(&old, &new), "");
        new["envs"][0]["value"] = json!("file-pw-11");
        new["envs"][2]["value"] = json!("smtp://no-reply@acme.io:file-pw@smtp.acme.io");
        new["envs"].as_array_mut().expect("a list").pop();
        new["services"][0]["run_command"] = json!("./serve --token fil3cmd");
        new["services"][0]["health_check"]["http_path"] = json!("/?token=file-pw");
        insta::assert_snapshot!(diff(&old, &new), @r#"
    --- before
    +++ after
    @@ -1,15 +1,13 @@
     name: shop
     envs:
     - key: ADMIN_PASSWORD
    -  value: "***"
    +  value: "*** (another value)"
     - key: API_KEY
       value: "***"
     - key: MAIL
    -  value: smtp://no-reply%40acme.io:***@smtp.acme.io
    -- key: GONE_TOKEN
    -  value: "***"
    +  value: smtp://no-reply%40acme.io:*** (another value)@smtp.acme.io
     services:
     - name: web
    -  run_command: ./serve --token ***
    +  run_command: ./serve --token *** (another value)
       health_check:
    -    http_path: /?token=***
    +    http_path: /?token=*** (another value)
    "#);
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
