//! The last look at a preview's spec before it leaves: nothing in it may touch production.

use serde_json::Value;

use super::super::words::WORDS;
use super::component::{self, Kind};
use super::document::domain::domains;
use super::document::network;
use super::notation::APP_SPEC;
use super::{credentials, env, env_set, marks};
use crate::model::failure::Failure;
use crate::policy::{hidden, preview_guard};
use crate::redact::Redactor;

/// Refuses a preview spec that would reach production's databases, domains, network or secrets, and names what does.
/// `live` is the spec of the preview as it runs: ciphertexts that it holds already are its own. `decided` are the texts
/// that `[preview]` gives: somebody's decision.
/// `known` knows the secrets that stand in production's spec.
pub(super) fn guard(
    spec: &Value,
    live: Option<&Value>,
    decided: &[&str],
    known: &Redactor,
    by_hand: bool,
) -> Result<(), Failure> {
    let mut found = databases(spec);
    found.extend(top_level(spec));
    ciphertexts(spec, "", &own(live), &mut found);
    found.extend(preview_guard::objections(
        &env_set::of(spec),
        decided,
        known,
        APP_SPEC,
        &WORDS,
    ));
    let is_known = |text: &str| hidden::holds(known, text);
    let fields = credentials::in_fields(spec, &is_known);
    found.extend(fields.iter().map(|place| format!("{place} holds a credential")));
    if found.is_empty() {
        return Ok(());
    }
    let next = if by_hand {
        "take it out of the preview spec, or leave `[preview] spec` empty to have one made"
    } else {
        "take it out of the app spec, or write a preview spec without it and name it in `[preview] spec`"
    };
    Err(Failure::input("the preview would touch production")
        .why(found.join("; "))
        .next(next))
}

fn databases(spec: &Value) -> Vec<String> {
    component::of(spec, Kind::Database)
        .iter()
        .filter_map(|database| match database.cluster() {
            Some(cluster) => Some(format!("database `{}` is the cluster `{cluster}`", database.name)),
            None if database.may_be_production() => {
                Some(format!("database `{}` is a production database", database.name))
            }
            None => None,
        })
        .collect()
}

fn top_level(spec: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for domain in domains(spec) {
        found.push(format!("it takes the domain `{}`", domain.name().unwrap_or_default()));
    }
    if let Some(kind) = network::own_egress(spec) {
        found.push(format!(
            "it takes an address of its own (`{}`: `{kind}`)",
            network::EGRESS
        ));
    }
    if network::joins_vpc(spec) {
        found.push(format!("it joins a VPC network (`{}`)", network::VPC));
    }
    found
}

/// Where ciphertexts stand that do not belong to this preview.
fn ciphertexts(value: &Value, place: &str, own: &[String], found: &mut Vec<String>) {
    match value {
        Value::String(text) if env::is_encrypted(text) && !own.contains(text) => {
            found.push(format!("`{place}` holds another app's encrypted value"));
        }
        Value::Object(map) => {
            let name = map
                .get("key")
                .or_else(|| map.get("name"))
                .and_then(Value::as_str)
                .unwrap_or(place);
            for (key, value) in map {
                let place = if key == "value" { name } else { key };
                ciphertexts(value, place, own, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| ciphertexts(item, place, own, found)),
        _ => {}
    }
}

fn own(live: Option<&Value>) -> Vec<String> {
    let Some(live) = live.filter(|live| marks::marks(live).is_some()) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    collect(live, &mut texts);
    texts
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if env::is_encrypted(text) => texts.push(text.clone()),
        Value::Object(map) => map.values().for_each(|value| collect(value, texts)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_everything_that_would_touch_production() {
        let spec = json!({
            "name": "shop-pr-1",
            "domains": [{"domain": "shop.example"}],
            "vpc": {"id": "1"},
            "egress": {"type": "DEDICATED_IP"},
            "databases": [
                {"name": "db", "production": true, "cluster_name": "main"},
                {"name": "other", "production": true},
                {"name": "dev", "engine": "PG"},
            ],
            "services": [{
                "name": "web",
                "image": {"registry_credentials": "EV[1:a:b]"},
                "envs": [{"key": "KEY", "type": "SECRET", "value": "EV[1:c:d]"}],
            }],
        });
        let why = guard(&spec, None, &[], &Redactor::new(), true)
            .expect_err("refused")
            .why
            .expect("says why");
        insta::assert_snapshot!(why.replace("; ", "\n"), @r"
        database `db` is the cluster `main`
        database `other` is a production database
        it takes the domain `shop.example`
        it takes an address of its own (`egress`: `DEDICATED_IP`)
        it joins a VPC network (`vpc`)
        `registry_credentials` holds another app's encrypted value
        `KEY` holds another app's encrypted value
    ");
    }

    #[test]
    fn only_what_every_app_has_is_no_address_of_its_own() {
        for egress in [
            json!(null),
            json!({}),
            json!({"type": null}),
            json!({"type": "AUTOASSIGN"}),
        ] {
            assert_eq!(
                top_level(&json!({ "egress": egress })),
                Vec::<String>::new(),
                "{egress}"
            );
        }
        for egress in [
            json!({"type": 1}),
            json!({"type": ["DEDICATED_IP"]}),
            json!({"type": "dedicated_ip"}),
        ] {
            assert_eq!(top_level(&json!({ "egress": egress })).len(), 1, "{egress}");
        }
    }

    #[test]
    fn a_preview_keeps_its_own_secrets() {
        let envs = json!([
            {"key": "KEY", "type": "SECRET", "value": "EV[1:c:d]"},
            {"key": "DO_DEPLOY_REPOSITORY", "value": "7"},
            {"key": "DO_DEPLOY_ENVIRONMENT", "value": "pr-1"},
        ]);
        let spec = json!({"name": "shop-pr-1", "envs": envs});
        let guard = |live: Option<&Value>| super::guard(&spec, live, &[], &Redactor::new(), false);
        assert!(guard(None).is_err());
        assert!(guard(Some(&spec)).is_ok());
        let unmarked = json!({"envs": [{"key": "KEY", "value": "EV[1:c:d]"}]});
        assert!(
            guard(Some(&unmarked)).is_err(),
            "an app without our marks lends nothing"
        );
    }
}
