//! Envs of an app spec: lists, secrets and bindable variables.

use serde_json::{Map, Value, json};

use super::component::{self, text};

/// Hands the app's own list (`None`) and every component's (by name) to `change`, lists that exist only.
pub(super) fn each_list(spec: &mut Value, mut change: impl FnMut(Option<&str>, &mut Vec<Value>)) {
    if let Some(envs) = spec.get_mut("envs").and_then(Value::as_array_mut) {
        change(None, envs);
    }
    component::each(spec, |_, component| {
        let name = component
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if let Some(envs) = component.get_mut("envs").and_then(Value::as_array_mut) {
            change(Some(&name), envs);
        }
    });
}

/// The envs of the app or of a component.
pub(super) fn list(owner: &Value) -> impl Iterator<Item = &Value> {
    owner.get("envs").and_then(Value::as_array).into_iter().flatten()
}

/// An env of the app (`None`) or of the component of this name.
pub(super) fn find<'a>(spec: &'a Value, owner: Option<&str>, key: &str) -> Option<&'a Value> {
    let (_, owner) = component::owners(spec).find(|(it, _)| it.map(|it| it.name) == owner)?;
    list(owner).find(|env| self::key(env) == key)
}

pub(super) fn list_mut(owner: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    let envs = owner.entry("envs").or_insert_with(|| json!([]));
    if envs.is_null() {
        *envs = json!([]);
    }
    envs.as_array_mut()
}

pub(super) fn key(env: &Value) -> &str {
    text(env, "key").unwrap_or_default()
}

/// The value, unless it is missing or empty.
pub(super) fn value(env: &Value) -> Option<&str> {
    text(env, "value")
}

pub(super) fn is_secret(env: &Value) -> bool {
    text(env, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("SECRET"))
}

/// Whether it is the platform's ciphertext, which only the app that it was made for can use.
pub(super) fn is_encrypted(value: &str) -> bool {
    value.trim_start().starts_with("EV[")
}

/// Sets value and type and keeps the scope, which has to reach run time.
pub(super) fn set(env: &mut Value, new: &str, secret: bool) {
    let Some(env) = env.as_object_mut() else { return };
    env.insert("value".to_owned(), json!(new));
    let kind = if secret { "SECRET" } else { "GENERAL" };
    if secret || env.contains_key("type") {
        env.insert("type".to_owned(), json!(kind));
    }
    if env.get("scope").and_then(Value::as_str) == Some("BUILD_TIME") {
        env.insert("scope".to_owned(), json!("RUN_AND_BUILD_TIME"));
    }
}

pub(super) fn new(key: &str, value: &str, secret: bool) -> Value {
    let mut env = json!({ "key": key, "value": value });
    if secret {
        env["type"] = json!("SECRET");
    }
    env
}

/// `${name.VARIABLE}` or `${name.pool.VARIABLE}` in a value: name and the last part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binding<'a> {
    pub(super) component: &'a str,
    pub(super) variable: &'a str,
    /// The whole of it, from `$` to `}`.
    pub(super) whole: &'a str,
}

pub(super) fn bindings<'a>(value: &'a str) -> Vec<Binding<'a>> {
    let binding = |(whole, inner): (&'a str, &'a str)| {
        let ((component, _), (_, variable)) = (inner.split_once('.')?, inner.rsplit_once('.')?);
        Some(Binding {
            component,
            variable,
            whole,
        })
    };
    braced(value).filter_map(binding).collect()
}

/// Every `${…}` in a value, and what stands between the braces.
pub(super) fn braced(value: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let start = rest.find("${")?;
        let end = start + rest[start..].find('}')?;
        let found = (&rest[start..=end], &rest[start + 2..end]);
        rest = &rest[end + 1..];
        Some(found)
    })
}

/// Whether a value is a bindable variable and no more, which says nothing secret.
pub(super) fn is_binding(value: &str) -> bool {
    let inside = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    is_bound(value) && inside.is_some_and(|inside| !inside.contains(['$', '{', '}']))
}

/// Whether a value has a part that only the platform can fill in.
pub(super) fn is_bound(value: &str) -> bool {
    !bindings(value).is_empty()
        || ["${APP_URL}", "${APP_DOMAIN}", "${APP_ID}"]
            .iter()
            .any(|name| value.contains(name))
}
