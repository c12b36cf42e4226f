//! A live app's spec as a file for the repository: without marks, ciphertexts and passwords.

use serde_json::Value;
use url::Url;

use super::{component, credentials, env, marks};
use crate::platforms::scaffold::Portable;
use crate::policy::literal::has_password;
use crate::policy::secret_names::is_credential;
use crate::policy::yaml::document as yaml;

pub(crate) fn exported(live: &Value) -> Portable {
    let mut spec = live.clone();
    let (mut secrets, mut passwords, mut credentials) = (Vec::new(), Vec::new(), Vec::new());
    env::each_list(&mut spec, |_, envs| {
        envs.retain(|env| !marks::is_mark(env::key(env)));
        for env in envs {
            let key = env::key(env).to_owned();
            let value = env::raw(env);
            let secret = env::is_secret(env) || env::is_encrypted(value);
            let password = !secret
                && (Url::parse(value).is_ok_and(|url| has_password(&url)) || credentials::is_plain(&key, value));
            if !secret && !password {
                continue;
            }
            env::make_empty_secret(env);
            let list = if password { &mut passwords } else { &mut secrets };
            if !list.contains(&key) {
                list.push(key);
            }
        }
    });
    if let Some(root) = spec.as_object_mut() {
        without_credentials(root, "the app", &mut credentials);
    }
    env::remove_empty_list(&mut spec);
    component::each(&mut spec, |mut component| {
        let owner = format!("`{}`", component.name());
        each_object(component.value_mut(), &mut |map| {
            without_credentials(map, &owner, &mut credentials)
        });
        env::remove_empty_list(component.value_mut());
    });
    Portable {
        text: yaml::write(&spec),
        secrets,
        passwords,
        credentials,
    }
}

type Object = serde_json::Map<String, Value>;

fn without_credentials(map: &mut Object, owner: &str, found: &mut Vec<String>) {
    let keys: Vec<String> = map
        .iter()
        .filter(|(key, value)| {
            let text = value.as_str().unwrap_or_default();
            env::is_encrypted(text) || !text.is_empty() && is_credential(key)
        })
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        map.shift_remove(&key);
        found.push(format!("`{key}` of {owner}"));
    }
}

fn each_object(value: &mut Value, change: &mut dyn FnMut(&mut Object)) {
    match value {
        Value::Object(map) => {
            change(map);
            map.values_mut().for_each(|value| each_object(value, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| each_object(value, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::exported;

    #[test]
    fn keeps_what_is_no_secret_and_no_mark() {
        let live = json!({
            "name": "shop",
            "envs": [
                {"key": "DO_DEPLOY_REPOSITORY", "value": "1"}, {"key": "DO_DEPLOY_ENVIRONMENT", "value": "production"},
                {"key": "DO_DEPLOY_COMMIT", "value": "abc"},
            ],
            "services": [{
                "name": "web",
                "image": {"registry_type": "GHCR", "repository": "shop", "registry_credentials": "EV[1:a:b]"},
                "log_destinations": [{"name": "logs", "logtail": {"token": "plain"}}],
                "envs": [
                    {"key": "STRIPE_KEY", "type": "SECRET", "value": "EV[1:a:b]", "scope": "RUN_TIME"},
                    {"key": "LEVEL", "value": "info"},
                    {"key": "QUEUE", "value": "redis://default:hunter2@host/1"},
                    {"key": "DATABASE_URL", "value": "${db.DATABASE_URL}"},
                ],
            }],
            "databases": [{"name": "db", "engine": "PG"}],
        });
        let taken = exported(&live);
        assert_eq!(taken.secrets, ["STRIPE_KEY"]);
        assert_eq!(taken.passwords, ["QUEUE"]);
        assert_eq!(
            taken.credentials,
            ["`registry_credentials` of `web`", "`token` of `web`"]
        );
        insta::assert_snapshot!(taken.text, @"
        name: shop
        services:
        - name: web
          image:
            registry_type: GHCR
            repository: shop
          log_destinations:
          - name: logs
            logtail: {}
          envs:
          - key: STRIPE_KEY
            type: SECRET
            scope: RUN_TIME
          - key: LEVEL
            value: info
          - key: QUEUE
            type: SECRET
          - key: DATABASE_URL
            value: ${db.DATABASE_URL}
        databases:
        - name: db
          engine: PG
        ");
    }

    #[test]
    fn a_credential_in_the_clear_becomes_a_secret_without_a_value() {
        let token = format!("ghp_{}", "a1".repeat(18));
        let live = json!({"name": "shop", "services": [{"name": "web", "envs": [
            {"key": "GH", "value": token}, {"key": "my_token", "value": "plain"}, {"key": "LEVEL", "value": "info"},
            {"key": "DB_PASSWORD", "value": "${db.PASSWORD}"},
        ]}]});
        let taken = exported(&live);
        assert_eq!(taken.passwords, ["GH", "my_token"]);
        let text = taken.text;
        assert!(!text.contains("ghp_") && !text.contains("plain"), "{text}");
        assert!(text.contains("${db.PASSWORD}") && text.contains("info"), "{text}");
    }
}
