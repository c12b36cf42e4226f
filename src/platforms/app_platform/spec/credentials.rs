//! Credentials that stand in an app spec in plain text: in envs, in commands, in other fields.

use serde_json::Value;

use super::notation::APP_SPEC;
use super::{component, env};
use crate::policy::credentials as rules;
use crate::policy::literal::is_harmless;
use crate::policy::secret_names::is_credential;

/// Whether this literal value of this env looks like a credential.
pub(super) fn is_plain(key: &str, value: &str) -> bool {
    rules::is_plain(key, value, APP_SPEC)
}

/// What of a shell command is a credential.
pub(super) fn in_command(command: &str) -> Option<String> {
    rules::in_command(command, APP_SPEC)
}

/// The envs of a spec, and the commands (`run_command` of `web`), in which a credential stands in plain text.
pub(super) fn places(spec: &Value) -> Vec<String> {
    let components = component::components(spec);
    let owners = std::iter::once(spec).chain(components.iter().map(|component| component.value));
    let mut places: Vec<String> = Vec::new();
    for owner in owners {
        for it in env::list(owner) {
            let literal = env::value(it).filter(|value| !env::is_encrypted(value) && !env::is_bound(value));
            let secret = |value: &str| env::is_secret(it) && !is_harmless(value);
            if literal.is_some_and(|value| secret(value) || is_plain(env::key(it), value)) {
                places.push(format!("`{}`", env::key(it)));
            }
        }
    }
    for component in &components {
        for (field, command) in component.commands() {
            if in_command(command).is_some() {
                places.push(format!("`{field}` of `{}`", component.name));
            }
        }
    }
    places.extend(in_fields(spec, &|_| false));
    let mut seen = Vec::new();
    places.retain(|place| {
        let new = !seen.contains(place);
        seen.push(place.clone());
        new
    });
    places
}

/// The fields beside envs and commands in which a credential stands in plain text, or one that `is_known`.
pub(super) fn in_fields(spec: &Value, is_known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let components = component::components(spec);
    let names: Vec<String> = components.iter().map(|it| format!("`{}`", it.name)).collect();
    let owned = names
        .iter()
        .map(String::as_str)
        .zip(components.iter().map(|it| it.value));
    let mut places = Vec::new();
    for (owner, value) in std::iter::once(("the app", spec)).chain(owned) {
        fields(owner, "", value, is_known, &mut places);
    }
    places
}

/// Whether the text of this field, which is neither an env's nor a command, is or holds a credential.
pub(super) fn is_in_field(key: &str, text: &str) -> bool {
    let is_one = (is_credential(key) && !is_harmless(text)) || rules::has_shape(text, APP_SPEC);
    is_one && !env::is_encrypted(text)
}

/// Registry credentials, tokens of log destinations, clone URLs with a password.
fn fields(owner: &str, key: &str, value: &Value, is_known: &dyn Fn(&str) -> bool, places: &mut Vec<String>) {
    match value {
        Value::String(text) if env::is_encrypted(text) || component::is_command(key) => {}
        Value::String(text) if is_in_field(key, text) || is_known(text) => {
            places.push(format!("`{key}` of {owner}"));
        }
        // The components have a turn of their own, and so have envs.
        Value::Array(_) if env::is_list(key) || component::is_list(key) => {}
        Value::Array(items) => items.iter().for_each(|item| fields(owner, key, item, is_known, places)),
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| fields(owner, key, value, is_known, places)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::places;

    #[test]
    fn the_places_are_named_once_and_their_values_never() {
        let spec = json!({
            "envs": [{"key": "JWT_SECRET", "value": "hunter22"}],
            "services": [{
                "name": "web",
                "run_command": "API_TOKEN=hunter22 ./serve",
                "git": {"repo_clone_url": "https://app:hunter22@git.example/shop.git"},
                "image": {"registry_credentials": "app:hunter22"},
                "log_destinations": [{"name": "logs", "logtail": {"token": "hunter22"}}],
                "envs": [
                    {"key": "JWT_SECRET", "value": "hunter22"},
                    {"key": "GIVEN", "type": "SECRET", "value": "hunter22"},
                    {"key": "KEPT", "type": "SECRET", "value": "EV[1:a:b]"},
                    {"key": "BOUND", "type": "SECRET", "value": "${db.PASSWORD}"},
                    {"key": "LEVEL", "value": "info"},
                ],
            }],
        });
        assert_eq!(
            places(&spec),
            [
                "`JWT_SECRET`",
                "`GIVEN`",
                "`run_command` of `web`",
                "`repo_clone_url` of `web`",
                "`registry_credentials` of `web`",
                "`token` of `web`",
            ]
        );
    }
}
