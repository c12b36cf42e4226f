//! Writes a spec as the platform gives it back: defaults filled in, routes as ingress, proto3's omissions.

use serde_json::{Map, Value, json};

use super::component::Kind;

/// Fills in what the platform fills in, and leaves out what its JSON leaves out.
pub(crate) fn normalise(spec: &mut Value) {
    prune(spec);
    let Some(fields) = spec.as_object_mut() else {
        return;
    };
    fields.entry("region").or_insert_with(|| json!("nyc"));
    fields
        .entry("features")
        .or_insert_with(|| json!(["buildpack-stack=ubuntu-22"]));
    write_scopes(fields);
    for kind in [Kind::Service, Kind::Worker, Kind::Job] {
        for component in components(fields, kind) {
            complete(kind, component);
        }
    }
    let databases = fields.get_mut("databases").and_then(Value::as_array_mut);
    for database in databases.into_iter().flatten().filter_map(Value::as_object_mut) {
        // https://docs.digitalocean.com/products/app-platform/reference/app-spec/: the default engine.
        let engine = database.entry("engine").or_insert_with(|| json!("PG"));
        if engine == "UNSET" {
            *engine = json!("PG");
        }
    }
    let rules = take_rules(fields);
    let ingress = fields.entry("ingress").or_insert_with(|| json!({}));
    if let Some(ingress) = ingress.as_object_mut()
        && !ingress.contains_key("rules")
        && !rules.is_empty()
    {
        ingress.insert("rules".to_owned(), Value::Array(rules));
    }
    if fields
        .get("ingress")
        .and_then(Value::as_object)
        .is_some_and(Map::is_empty)
    {
        fields.remove("ingress");
    }
}

fn complete(kind: Kind, component: &mut Map<String, Value>) {
    if !component.contains_key("autoscaling") {
        component.entry("instance_count").or_insert_with(|| json!(1));
    }
    component
        .entry("instance_size_slug")
        .or_insert_with(|| json!("apps-s-1vcpu-0.5gb"));
    match kind {
        Kind::Service => {
            component.entry("http_port").or_insert_with(|| json!(8080));
        }
        Kind::Job => {
            let kind = component.entry("kind").or_insert_with(|| json!("POST_DEPLOY"));
            if kind == "UNSPECIFIED" {
                *kind = json!("POST_DEPLOY");
            }
        }
        _ => {}
    }
}

/// The platform writes every env's scope out.
fn write_scopes(fields: &mut Map<String, Value>) {
    let mut lists: Vec<&mut Value> = Vec::new();
    for (key, value) in fields.iter_mut() {
        match key.as_str() {
            "envs" => lists.push(value),
            "services" | "static_sites" | "workers" | "jobs" | "functions" => {
                let components = value.as_array_mut().into_iter().flatten();
                lists.extend(components.filter_map(|component| component.get_mut("envs")));
            }
            _ => {}
        }
    }
    for env in lists
        .into_iter()
        .filter_map(Value::as_array_mut)
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        let scope = env.entry("scope").or_insert_with(|| json!("RUN_AND_BUILD_TIME"));
        if scope == "UNSET" {
            *scope = json!("RUN_AND_BUILD_TIME");
        }
        // A bare number or boolean of a YAML document is a string in the platform's JSON.
        if let Some(value) = env.get_mut("value")
            && !value.is_string()
        {
            *value = json!(value.to_string());
        }
        if env.get("type").is_some_and(|kind| kind == "GENERAL") {
            env.remove("type");
        }
    }
}

/// Deprecated `routes` become ingress rules. Without any, the first service or static site gets `/`.
fn take_rules(fields: &mut Map<String, Value>) -> Vec<Value> {
    let has_rules = fields.get("ingress").and_then(|ingress| ingress.get("rules")).is_some();
    let mut rules = Vec::new();
    let mut first = None;
    for kind in [Kind::Service, Kind::StaticSite, Kind::Function] {
        for component in components(fields, kind) {
            let name = component.get("name").cloned().unwrap_or_default();
            first.get_or_insert_with(|| name.clone());
            if has_rules {
                continue;
            }
            let Some(Value::Array(routes)) = component.remove("routes") else {
                continue;
            };
            for route in routes {
                let path = route.get("path").cloned().unwrap_or_else(|| json!("/"));
                let mut target = json!({"name": name});
                if route.get("preserve_path_prefix").is_some_and(|keep| keep == true) {
                    target["preserve_path_prefix"] = json!(true);
                }
                rules.push(json!({"component": target, "match": {"path": {"prefix": path}}}));
            }
        }
    }
    if rules.is_empty()
        && !has_rules
        && let Some(name) = first
    {
        rules.push(json!({"component": {"name": name}, "match": {"path": {"prefix": "/"}}}));
    }
    rules
}

fn components(fields: &mut Map<String, Value>, kind: Kind) -> impl Iterator<Item = &mut Map<String, Value>> {
    let list = fields.get_mut(kind.list()).and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// A key without a value, which YAML has easily, is a key that is not there.
pub(crate) fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Proto3's JSON omits false, zero, the empty string and empty lists. The exact matches of the ingress are
/// optional strings and keep an empty value.
fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|key, value| !is_zero(value) || matches!(key.as_str(), "exact" | "prefix"));
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_defaults_and_keeps_what_it_does_not_know() {
        let mut spec = json!({
            "name": "shop",
            "surprise": {"deep": [1]},
            "services": [{
                "name": "web",
                "github": {"repo": "acme/shop", "branch": "main", "deploy_on_push": false},
                "envs": [{"key": "A", "value": "b"}],
                "health_check": {"initial_delay_seconds": 0},
            }],
            "jobs": [{"name": "seed", "kind": "UNSPECIFIED"}],
            "databases": [{"name": "db"}, {"name": "cache", "engine": "VALKEY"}],
        });
        normalise(&mut spec);
        assert_eq!(
            spec,
            json!({
                "name": "shop",
                "surprise": {"deep": [1]},
                "services": [{
                    "name": "web",
                    "github": {"repo": "acme/shop", "branch": "main"},
                    "envs": [{"key": "A", "value": "b", "scope": "RUN_AND_BUILD_TIME"}],
                    "health_check": {},
                    "instance_count": 1,
                    "instance_size_slug": "apps-s-1vcpu-0.5gb",
                    "http_port": 8080,
                }],
                "jobs": [{
                    "name": "seed", "kind": "POST_DEPLOY",
                    "instance_count": 1, "instance_size_slug": "apps-s-1vcpu-0.5gb",
                }],
                "databases": [{"name": "db", "engine": "PG"}, {"name": "cache", "engine": "VALKEY"}],
                "region": "nyc",
                "features": ["buildpack-stack=ubuntu-22"],
                "ingress": {"rules": [{"component": {"name": "web"}, "match": {"path": {"prefix": "/"}}}]},
            })
        );
        let once = spec.clone();
        normalise(&mut spec);
        assert_eq!(spec, once);
    }

    #[test]
    fn routes_become_ingress_rules() {
        let mut spec = json!({"name": "shop", "services": [
            {"name": "web", "routes": [{"path": "/"}]},
            {"name": "api", "routes": [{"path": "/api", "preserve_path_prefix": true}]},
        ]});
        normalise(&mut spec);
        assert_eq!(
            spec["ingress"]["rules"],
            json!([
                {"component": {"name": "web"}, "match": {"path": {"prefix": "/"}}},
                {"component": {"name": "api", "preserve_path_prefix": true}, "match": {"path": {"prefix": "/api"}}},
            ])
        );
        assert!(spec["services"][0].get("routes").is_none());
    }
}
