//! Envs of an app spec: lists, secrets and bindable variables.

use serde_json::{Map, Value, json};

use super::component::{self, Component, ComponentMut, text};

const ENVS: &str = "envs";

/// Whether a field holds envs.
pub(crate) fn is_list(field: &str) -> bool {
    field == ENVS
}
const KEY: &str = "key";
const VALUE: &str = "value";
const TYPE: &str = "type";
const SCOPE: &str = "scope";

/// Hands the app's own list (`None`) and every component's (by name) to `change`, lists that exist only.
pub(crate) fn each_list(spec: &mut Value, mut change: impl FnMut(Option<&str>, &mut Vec<Value>)) {
    if let Some(envs) = spec.get_mut(ENVS).and_then(Value::as_array_mut) {
        change(None, envs);
    }
    component::each(spec, |mut component| {
        let name = component.name();
        if let Some(envs) = component.get_mut(ENVS).and_then(Value::as_array_mut) {
            change(Some(&name), envs);
        }
    });
}

/// The envs of the app or of a component.
pub(crate) fn list(owner: &Value) -> impl Iterator<Item = &Value> {
    owner.get(ENVS).and_then(Value::as_array).into_iter().flatten()
}

/// An env of the app (`None`) or of the component of this name.
pub(crate) fn find<'a>(spec: &'a Value, owner: Option<&str>, key: &str) -> Option<&'a Value> {
    let (_, owner) = component::owners(spec).find(|(it, _)| it.map(|it| it.name) == owner)?;
    list(owner).find(|env| self::key(env) == key)
}

/// The list, made where there is none. `None`: what stands there is something else.
pub(crate) fn list_mut(owner: &mut Value) -> Option<&mut Vec<Value>> {
    let envs = owner.as_object_mut()?.entry(ENVS).or_insert_with(|| json!([]));
    if envs.is_null() {
        *envs = json!([]);
    }
    envs.as_array_mut()
}

/// The list in whatever shape it is written.
pub(crate) fn written(owner: &Value) -> Option<&Value> {
    owner.get(ENVS)
}

pub(crate) fn remove_empty_list(owner: &mut Value) {
    let is_empty = written(owner).and_then(Value::as_array).is_some_and(Vec::is_empty);
    if let (true, Some(owner)) = (is_empty, owner.as_object_mut()) {
        owner.shift_remove(ENVS);
    }
}

/// Where the list of an owner stands; the owner's pointer is empty for the app.
pub(crate) fn list_pointer(owner: &str) -> String {
    format!("{owner}/{ENVS}")
}

/// Where the name of an env stands.
pub(crate) fn key_pointer(owner: &str, index: usize) -> String {
    format!("{}/{KEY}", pointer(owner, index))
}

/// Where the value of an env stands.
pub(crate) fn value_pointer(owner: &str, index: usize) -> String {
    format!("{}/{VALUE}", pointer(owner, index))
}

/// The same of the env that stands at a pointer.
pub(crate) fn value_pointer_in(env: &str) -> String {
    format!("{env}/{VALUE}")
}

/// Where the scope of an env stands.
pub(crate) fn scope_pointer(owner: &str, index: usize) -> String {
    format!("{}/{SCOPE}", pointer(owner, index))
}

/// Where an env of the list stands.
pub(crate) fn pointer(owner: &str, index: usize) -> String {
    format!("{owner}/{ENVS}/{index}")
}

impl<'a> Component<'a> {
    pub(crate) fn envs(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        list(self.value)
    }
}

impl ComponentMut<'_> {
    pub(crate) fn add_env(&mut self, env: Value) {
        if let Some(envs) = list_mut(self.value_mut()) {
            envs.push(env);
        }
    }
}

pub(crate) fn key(env: &Value) -> &str {
    text(env, KEY).unwrap_or_default()
}

/// The value, unless it is missing or empty.
pub(crate) fn value(env: &Value) -> Option<&str> {
    text(env, VALUE)
}

/// The value as written, empty included.
pub(crate) fn raw(env: &Value) -> &str {
    env.get(VALUE).and_then(Value::as_str).unwrap_or_default()
}

/// Key and value letter for letter, where both are strings.
pub(crate) fn literal(env: &Value) -> Option<(&str, &str)> {
    Some((env.get(KEY)?.as_str()?, env.get(VALUE)?.as_str()?))
}

/// Whether a field of an env holds its value.
pub(crate) fn is_value(field: &str) -> bool {
    field == VALUE
}

/// The key of a mapping that may be an env.
pub(crate) fn key_of(map: &Map<String, Value>) -> Option<&str> {
    map.get(KEY)?.as_str()
}

/// Whether a field has the value that the platform takes where there is none, and leaves out.
pub(crate) fn is_default(field: &str, value: &Value) -> bool {
    matches!(
        (field, value.as_str()),
        (TYPE, Some("GENERAL")) | (SCOPE, Some("RUN_AND_BUILD_TIME"))
    )
}

/// Whether the app sees it when it runs.
pub(crate) fn at_run_time(env: &Value) -> bool {
    text(env, SCOPE) != Some("BUILD_TIME")
}

/// Whether a mapping is a SECRET, as the platform writes it.
/// Whether the running app does not have it.
pub(crate) fn only_at_build_time(env: &Value) -> bool {
    text(env, SCOPE) == Some("BUILD_TIME")
}

pub(crate) fn is_typed_secret(map: &Map<String, Value>) -> bool {
    map.get(TYPE).and_then(Value::as_str) == Some("SECRET")
}

pub(crate) fn is_secret(env: &Value) -> bool {
    text(env, TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("SECRET"))
}

/// Whether it is meant to be one, also where the type is misspelled.
pub(crate) fn may_be_secret(env: &Value) -> bool {
    text(env, TYPE).is_some_and(|kind| !kind.eq_ignore_ascii_case("GENERAL"))
}

/// Whether it is the platform's ciphertext, which only the app that it was made for can use.
pub(crate) fn is_encrypted(value: &str) -> bool {
    value.trim_start().starts_with("EV[")
}

/// Sets value and type and keeps the scope, which has to reach run time.
pub(crate) fn set(env: &mut Value, new: &str, secret: bool) {
    let Some(env) = env.as_object_mut() else { return };
    env.insert(VALUE.to_owned(), json!(new));
    let kind = if secret { "SECRET" } else { "GENERAL" };
    if secret || env.contains_key(TYPE) {
        env.insert(TYPE.to_owned(), json!(kind));
    }
    if env.get(SCOPE).and_then(Value::as_str) == Some("BUILD_TIME") {
        env.insert(SCOPE.to_owned(), json!("RUN_AND_BUILD_TIME"));
    }
}

/// Makes it a SECRET without a value.
pub(crate) fn make_empty_secret(env: &mut Value) {
    let Some(env) = env.as_object_mut() else { return };
    env.shift_remove(VALUE);
    env.insert(TYPE.to_owned(), "SECRET".into());
}

pub(crate) fn new(key: &str, value: &str, secret: bool) -> Value {
    let mut env = json!({ KEY: key, VALUE: value });
    if secret {
        env[TYPE] = json!("SECRET");
    }
    env
}

/// One that only the running app sees.
pub(crate) fn new_at_run_time(key: &str, value: &str) -> Value {
    json!({ KEY: key, VALUE: value, SCOPE: "RUN_TIME", TYPE: "GENERAL" })
}

/// `${name.VARIABLE}` or `${name.pool.VARIABLE}` in a value: name and the last part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Binding<'a> {
    pub(crate) component: &'a str,
    pub(crate) variable: &'a str,
    /// The whole of it, from `$` to `}`.
    pub(crate) whole: &'a str,
}

pub(crate) fn bindings<'a>(value: &'a str) -> Vec<Binding<'a>> {
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
pub(crate) fn braced(value: &str) -> impl Iterator<Item = (&str, &str)> {
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
pub(crate) fn is_binding(value: &str) -> bool {
    let inside = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    is_bound(value) && inside.is_some_and(|inside| !inside.contains(['$', '{', '}']))
}

/// Whether a value has a part that only the platform can fill in.
pub(crate) fn is_bound(value: &str) -> bool {
    !bindings(value).is_empty()
        || ["${APP_URL}", "${APP_DOMAIN}", "${APP_ID}"]
            .iter()
            .any(|name| value.contains(name))
}
