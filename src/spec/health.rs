//! What can be asked of an app from outside, as its spec says.

use serde_json::Value;

use super::component::{self, Kind, text};

/// The path of the health check of the first service that has one and is reached through the app's host name.
/// `None`: the spec leaves it to a TCP connect.
pub(crate) fn health_path(spec: &Value) -> Option<&str> {
    let services = component::of(spec, Kind::Service);
    services
        .iter()
        .filter(|service| is_public(spec, service.value))
        .find_map(|service| {
            let check = service.value.get("health_check")?;
            text(check, "http_path").or_else(|| text(check, "path"))
        })
}

/// Whether the app has a URL at all: a worker-only app has none.
pub(crate) fn has_http(spec: &Value) -> bool {
    let services = component::of(spec, Kind::Service);
    services.iter().any(|service| is_public(spec, service.value))
        || !component::of(spec, Kind::StaticSite).is_empty()
        || !component::of(spec, Kind::Function).is_empty()
}

/// Whether requests from outside reach a service: by an ingress rule, by its own routes, or, where the spec has
/// no rules, because it listens on more than internal ports.
pub(super) fn is_public(spec: &Value, service: &Value) -> bool {
    let rules = spec
        .pointer("/ingress/rules")
        .and_then(Value::as_array)
        .filter(|rules| !rules.is_empty());
    if let Some(rules) = rules {
        let name = text(service, "name");
        return rules
            .iter()
            .any(|rule| rule.get("component").and_then(|it| text(it, "name")) == name);
    }
    let has = |key: &str| {
        service
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(|list| !list.is_empty())
    };
    has("routes") || service.get("http_port").is_some() || !has("internal_ports")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_without_route_is_not_asked() {
        let spec = json!({
            "services": [
                {"name": "internal", "internal_ports": [9000], "health_check": {"http_path": "/internal"}},
                {"name": "web", "http_port": 8080, "health_check": {"http_path": "/health"}},
            ],
        });
        assert_eq!(health_path(&spec), Some("/health"));
        assert!(has_http(&spec));
    }

    #[test]
    fn a_worker_only_app_has_no_url() {
        let spec = json!({"workers": [{"name": "queue"}], "jobs": [{"name": "migrate", "kind": "PRE_DEPLOY"}]});
        assert!(!has_http(&spec));
    }
}
