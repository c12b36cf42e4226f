//! Compares app specs across what App Platform does to them: it adds defaults, drops zero values, encrypts secrets.

use serde_json::Value;

use super::super::document::component::{self, Kind};
use super::super::document::credentials::is_of_registry;
use super::super::document::env;
use super::super::document::identity::identity;
use super::super::document::network::VPC;
use super::super::document::value::is_zero;

/// Whether `given`, which the platform gave back, is what it makes of `sent`.
pub(super) fn comes_from(given: &Value, sent: &Value) -> bool {
    match (given, sent) {
        (Value::Object(given), Value::Object(sent)) => {
            let is_secret = env::is_typed_secret(sent);
            sent.iter().all(|(key, sent)| match given.get(key) {
                // Encrypted: never equal to what was sent.
                Some(_) if is_of_registry(key) || (is_secret && env::is_value(key)) => true,
                Some(given) => comes_from(given, sent),
                // A token without `vpc:read` is shown no `vpc`.
                None => is_zero(sent) || env::is_default(key, sent) || (is_secret && env::is_value(key)) || key == VPC,
            })
        }
        (Value::Array(given), Value::Array(sent)) => {
            given.len() == sent.len()
                && sent.iter().enumerate().all(|(index, sent)| {
                    let given = match named(sent) {
                        Some(name) => given.iter().find(|given| named(given) == Some(name)),
                        None => given.get(index),
                    };
                    given.is_some_and(|given| comes_from(given, sent))
                })
        }
        (Value::Number(given), Value::Number(sent)) => given.as_f64() == sent.as_f64(),
        (Value::String(given), Value::Number(sent)) => given.parse().ok() == sent.as_f64(),
        (Value::Number(given), Value::String(sent)) => sent.parse().ok() == given.as_f64(),
        (given, sent) => given == sent,
    }
}

/// Whether a secret's value is in it that the platform has not encrypted yet.
pub(super) fn sends_secrets(spec: &Value) -> bool {
    match spec {
        Value::Object(map) => {
            let is_secret = env::is_typed_secret(map);
            map.iter().any(|(key, value)| {
                let may_be_plain = is_of_registry(key) || (is_secret && env::is_value(key));
                let is_plain = |value: &str| !value.is_empty() && !env::is_encrypted(value);
                may_be_plain && value.as_str().is_some_and(is_plain) || sends_secrets(value)
            })
        }
        Value::Array(items) => items.iter().any(sends_secrets),
        _ => false,
    }
}

/// What distinguishes components and envs: lists of them may come back in another order.
fn named(item: &Value) -> Option<&str> {
    identity(item).map(|(_, name)| name)
}

/// Whether a service of `sent` is to sleep and the same service of `given` is not.
pub(super) fn sleep_dropped(given: &Value, sent: &Value) -> bool {
    let sleeping = |spec| {
        let mut services = component::of(spec, Kind::Service);
        services.retain(|service| service.sleep().is_some_and(|sleep| sleep.is_set()));
        services
    };
    let given = sleeping(given);
    sleeping(sent)
        .iter()
        .any(|service| given.iter().all(|given| given.name != service.name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{comes_from, sends_secrets, sleep_dropped};

    #[test]
    fn a_spec_is_recognised_through_defaults_zero_values_and_encryption() {
        let sent = json!({"name": "shop", "envs": [{"key": "DO_DEPLOY_COMMIT", "value": "abc"}],
            "services": [{"name": "web", "instance_count": 1, "github": {"repo": "a/b", "deploy_on_push": false},
                "envs": [{"key": "KEY", "value": "hush", "type": "SECRET"}, {"key": "A", "value": "1"}]}]});
        let mut given = json!({"name": "shop", "region": "ams", "features": ["buildpack-stack=ubuntu-22"],
            "envs": [{"key": "DO_DEPLOY_COMMIT", "value": "abc", "scope": "RUN_AND_BUILD_TIME"}],
            "services": [{"name": "web", "instance_count": 1.0, "http_port": 8080, "github": {"repo": "a/b"},
                "envs": [{"key": "A", "value": "1"}, {"key": "KEY", "value": "EV[1:x:y]", "type": "SECRET"}]}]});
        assert!(comes_from(&given, &sent));
        let mut in_vpc = sent.clone();
        in_vpc["vpc"] = json!({"id": "v-1"});
        assert!(comes_from(&given, &in_vpc), "a token without `vpc:read`");
        given["envs"][0]["value"] = json!("def");
        assert!(!comes_from(&given, &sent), "another commit's mark");
    }

    #[test]
    fn a_component_more_or_less_makes_another_spec() {
        let sent = json!({"services": [{"name": "web"}]});
        assert!(!comes_from(
            &json!({"services": [{"name": "web"}, {"name": "old"}]}),
            &sent
        ));
        assert!(!comes_from(&json!({"services": []}), &sent));
        assert!(!comes_from(&json!({}), &sent));
    }

    #[test]
    fn a_secret_is_sent_unless_it_is_the_ciphertext_that_the_platform_gave() {
        let spec = |value: &str, kind: &str| {
            json!({"services": [{"name": "web", "image": {"registry_credentials": ""},
                "envs": [{"key": "KEY", "value": value, "type": kind}, {"key": "A", "value": "1"}]}]})
        };
        for (value, kind, is_sent) in [
            ("hush", "SECRET", true),
            ("EV[1:x:y]", "SECRET", false),
            ("", "SECRET", false),
            ("hush", "GENERAL", false),
        ] {
            assert_eq!(sends_secrets(&spec(value, kind)), is_sent, "{value} {kind}");
        }
        assert!(sends_secrets(
            &json!({"services": [{"image": {"registry_credentials": "user:token"}}]})
        ));
    }

    #[test]
    fn notices_that_sleep_was_dropped_silently() {
        let sent = json!({"services": [{"name": "web", "inactivity_sleep": {"after_seconds": 600}}, {"name": "api"}]});
        assert!(sleep_dropped(
            &json!({"services": [{"name": "web"}, {"name": "api"}]}),
            &sent
        ));
        assert!(!sleep_dropped(&sent, &sent));
        assert!(!sleep_dropped(&json!({}), &json!({"services": [{"name": "web"}]})));
    }
}
