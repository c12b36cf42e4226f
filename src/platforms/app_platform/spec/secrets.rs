//! What is secret in an app spec: values that can be read in it, and the names of those that cannot.

use serde_json::Value;

use super::notation::APP_SPEC;
use super::{component, env, env_set};
use crate::policy::secret_names::is_credential;
use crate::policy::secret_values;
use crate::redact::{Redactor, Secret};

/// The names of all envs of type SECRET.
pub(crate) fn secret_names(spec: &Value) -> Vec<&str> {
    envs(spec)
        .into_iter()
        .filter(|it| env::is_secret(it))
        .map(env::key)
        .collect()
}

/// The secrets to which `planned` gives a value, whether it is another one or not: the live app's are encrypted. One that
/// it sends back as it is, and one that the platform fills in, are none of them. `` `KEY` of service `web` ``
pub(crate) fn secrets_given(live: &Value, planned: &Value) -> Vec<String> {
    let mut given = Vec::new();
    for (owner, value) in component::owners(planned) {
        for it in env::list(value).filter(|it| env::is_secret(it)) {
            let key = env::key(it);
            let Some(text) = env::value(it).filter(|text| !env::is_bound(text)) else {
                continue;
            };
            let old = env::find(live, owner.map(|it| it.name), key).and_then(env::value);
            if old != Some(text) {
                given.push(match owner {
                    None => format!("`{key}`"),
                    Some(owner) => format!("`{key}` of {}", owner.titled()),
                });
            }
        }
    }
    given
}

/// Secrets that stand in the spec as they are: of envs of type SECRET or with a name that says so, in connection
/// strings, in other fields. What the platform has encrypted or fills in itself is none of them.
pub(crate) fn secret_values(spec: &Value) -> Vec<Secret> {
    let app = env_set::of(spec);
    let mut secrets: Vec<Secret> = app.envs().flat_map(|it| secret_values::of_env(it, APP_SPEC)).collect();
    fields(spec, &mut secrets);
    secrets.extend(super::secure_header::secure_header(spec).and_then(|header| header.value));
    secrets
}

/// Knows the secrets that stand in the spec and are too long to be a word: nothing else may hold them either, in
/// whatever form.
pub(super) fn known_from(spec: &Value) -> Redactor {
    secret_values::known(&secret_values(spec))
}

fn envs(spec: &Value) -> Vec<&Value> {
    let components = component::components(spec);
    let owners = std::iter::once(spec).chain(components.into_iter().map(|component| component.value));
    owners.flat_map(env::list).collect()
}

fn fields(value: &Value, secrets: &mut Vec<Secret>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| fields(item, secrets)),
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str().filter(|text| is_plain(text)) {
                    Some(text) if is_credential(key) => secrets.extend(Secret::new(text)),
                    Some(_) => {}
                    None => fields(value, secrets),
                }
            }
        }
        _ => {}
    }
}

fn is_plain(value: &str) -> bool {
    !env::is_encrypted(value) && !env::is_bound(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{secret_names, secret_values};

    #[test]
    fn finds_what_is_secret_in_a_spec() {
        let spec = json!({
            "envs": [
                { "key": "PLAIN", "value": "https://shop.example" },
                { "key": "GIVEN", "type": "SECRET", "value": "s3cr3t-given" },
                { "key": "ENCRYPTED", "type": "SECRET", "value": "EV[1:a:b]" },
                { "key": "BOUND", "type": "SECRET", "value": "${db.DATABASE_URL}" },
                { "key": "LEFT_OPEN", "type": "SECRET", "value": "<REQUIRED>" },
            ],
            "services": [{
                "name": "web",
                "image": { "registry_credentials": "user:hub-token" },
                "log_destinations": [{ "datadog": { "api_key": "dd-key-1" } }],
                "envs": [
                    { "key": "DATABASE_URL", "value": "postgres://app:swordfish@db/x" },
                    { "key": "JWT_SECRET", "value": "correct horse battery" },
                    { "key": "OTHER_SECRET", "value": "word" },
                ],
            }],
        });
        assert_eq!(secret_names(&spec), ["GIVEN", "ENCRYPTED", "BOUND", "LEFT_OPEN"]);
        let values: Vec<String> = secret_values(&spec)
            .iter()
            .map(|secret| secret.expose().to_owned())
            .collect();
        assert_eq!(
            values,
            [
                "s3cr3t-given",
                "swordfish",
                "swordfish",
                "correct horse battery",
                "user:hub-token",
                "dd-key-1"
            ]
        );
    }
}
