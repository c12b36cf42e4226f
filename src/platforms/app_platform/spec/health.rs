//! What can be asked of an app from outside, as its spec says.

use serde_json::Value;

use super::component::{self, Component, Kind};
use super::document::domain::domains as of_app;
use super::document::ingress::rules;
use super::document::route::Routes;
use crate::platforms::facts::Question;

/// What there is to ask on `host`: for every public service the route to its health check's path. The platform asks
/// that path inside, on the check's own port and past the ingress; where no route leads to it, the service's root is
/// asked. An app that has no such check is asked for its root. What runs no instance (`idle`) is not asked.
pub(crate) fn questions(spec: &Value, host: &str, idle: &[String]) -> Vec<Question> {
    let routes = Routes::on(spec, host);
    let services = component::of(spec, Kind::Service);
    let checked = services.iter().filter_map(|service| {
        let check = service.health_check()?;
        let route = (check.port == service.http_port()).then(|| routes.to(service.name, check.path));
        match route.flatten() {
            Some(outside) => Some(Question::Health(outside)),
            None => routes.root_of(service.name).map(Question::Root),
        }
    });
    let mut questions: Vec<Question> = Vec::new();
    for question in checked {
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    if questions.is_empty() {
        questions.extend(routes.root().map(Question::Root));
    }
    questions.retain(|(Question::Health(path) | Question::Root(path))| !routes.leads_to_any(path, idle));
    questions
}

/// The roots, on `host`, of the public services that have a check of a path of their own.
pub(crate) fn roots_of_checked(spec: &Value, host: &str, idle: &[String]) -> Vec<String> {
    let routes = Routes::on(spec, host);
    let services = component::of(spec, Kind::Service);
    let checked = services.iter().filter(|service| service.health_check().is_some());
    let mut roots: Vec<String> = checked.filter_map(|service| routes.root_of(service.name)).collect();
    roots.retain(|root| !routes.leads_to_any(root, idle));
    roots
}

/// Where people who come to `host` begin: `/`, else the first path that has a route.
pub(crate) fn front(spec: &Value, host: &str, idle: &[String]) -> Option<String> {
    let routes = Routes::on(spec, host);
    routes.root().filter(|root| !routes.leads_to_any(root, idle))
}

/// The app's own domains, and `*.shop.example` where one holds those below it as well.
pub(crate) fn domains(spec: &Value) -> impl Iterator<Item = String> {
    of_app(spec).flat_map(|domain| {
        let name = domain.name();
        let below = name.filter(|_| domain.is_wildcard());
        let below = below.map(|name| format!("*.{name}"));
        name.map(str::to_owned).into_iter().chain(below)
    })
}

/// Every component that has a public path on `host`, with that path.
pub(crate) fn public_components(spec: &Value, host: &str) -> Vec<(String, String)> {
    let routes = Routes::on(spec, host);
    let components = Kind::PUBLIC.into_iter().flat_map(|kind| component::of(spec, kind));
    components
        .filter_map(|it| Some((it.name.to_owned(), routes.root_of(it.name)?)))
        .collect()
}

/// Whether what answers at a path on `host` has instances, as far as the spec's routes tell.
pub(crate) fn runs_at(spec: &Value, host: &str, path: &str, idle: &[String]) -> bool {
    !Routes::on(spec, host).leads_to_any(path, idle)
}

/// Whether the app has a URL at all: a worker-only app has none.
pub(crate) fn has_http(spec: &Value) -> bool {
    let services = component::of(spec, Kind::Service);
    services.iter().any(|service| is_public(spec, service))
        || !component::of(spec, Kind::StaticSite).is_empty()
        || !component::of(spec, Kind::Function).is_empty()
}

/// Whether requests from outside reach a service: by an ingress rule, by its own routes, or, where the spec has
/// no rules, because it listens on more than internal ports.
pub(super) fn is_public(spec: &Value, service: &Component<'_>) -> bool {
    let rules = rules(spec);
    if !rules.is_empty() {
        return rules.iter().any(|rule| rule.leads_to(service));
    }
    service.routes().len() > 0 || service.listens_publicly()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Question::{Health, Root};
    use super::*;

    fn asked(spec: &Value) -> Vec<Question> {
        questions(spec, "shop-x.ondigitalocean.app", &[])
    }

    fn health(path: &str) -> Question {
        Health(path.to_owned())
    }

    fn root(path: &str) -> Question {
        Root(path.to_owned())
    }

    #[test]
    fn a_service_without_route_is_not_asked() {
        let spec = json!({
            "services": [
                {"name": "internal", "internal_ports": [9000], "health_check": {"http_path": "/internal"}},
                {"name": "web", "http_port": 8080, "health_check": {"http_path": "/health"}},
            ],
        });
        assert_eq!(asked(&spec), [health("/health")]);
        assert!(has_http(&spec));
    }

    #[test]
    fn a_path_on_another_port_is_the_platforms_to_check() {
        for (service, question) in [
            (
                json!({"health_check": {"http_path": "/health", "port": 39181}}),
                root("/"),
            ),
            (
                json!({"health_check": {"http_path": "/health", "port": 8080}}),
                health("/health"),
            ),
            (
                json!({"health_check": {"http_path": "/health", "port": "8080"}}),
                health("/health"),
            ),
            (
                json!({"health_check": {"http_path": "/health", "port": 0}}),
                health("/health"),
            ),
            (
                json!({"http_port": 3000, "health_check": {"http_path": "/health", "port": 3000}}),
                health("/health"),
            ),
            (
                json!({"http_port": 3000, "health_check": {"http_path": "/health", "port": 8080}}),
                root("/"),
            ),
            (
                json!({"http_port": 3000, "health_check": {"path": "/old"}}),
                health("/old"),
            ),
            (json!({"http_port": 3000, "health_check": {"port": 9090}}), root("/")),
            (json!({}), root("/")),
        ] {
            let mut service = service;
            service["name"] = json!("web");
            assert_eq!(asked(&json!({"services": [service]})), [question], "{service}");
        }
    }

    #[test]
    fn every_component_is_asked_at_its_own_place() {
        let rule =
            |prefix: &str, name: &str| json!({"match": {"path": {"prefix": prefix}}, "component": {"name": name}});
        let services = json!([
            {"name": "front", "health_check": {"http_path": "/up"}},
            {"name": "api", "health_check": {"http_path": "/healthz"}},
            {"name": "admin", "health_check": {"http_path": "/healthz", "port": 9090}},
            {"name": "hooks"},
            {"name": "inner", "internal_ports": [80], "health_check": {"http_path": "/in"}},
        ]);
        let rules = json!([
            rule("/api", "api"),
            rule("/admin", "admin"),
            rule("/hooks", "hooks"),
            rule("/", "front")
        ]);
        assert_eq!(
            asked(&json!({"services": services, "ingress": {"rules": rules}})),
            [health("/up"), health("/api/healthz"), root("/admin")]
        );
    }

    #[test]
    fn an_inside_path_that_no_route_reaches_leaves_the_root() {
        let mut rule = json!({"match": {"path": {"prefix": "/api"}}, "component": {"name": "api", "rewrite": "/v1"}});
        let services = json!([{"name": "api", "health_check": {"http_path": "/health"}}]);
        assert_eq!(
            asked(&json!({"services": services, "ingress": {"rules": [rule]}})),
            [root("/api")]
        );
        rule["match"]["authority"] = json!({"exact": "shop.example"});
        let elsewhere = json!({"services": services, "ingress": {"rules": [rule]}});
        assert_eq!(asked(&elsewhere), [], "nothing answers on the platform's host");
        assert_eq!(questions(&elsewhere, "shop.example", &[]), [root("/api")]);
    }

    #[test]
    fn a_site_beside_a_service_leaves_the_services_check() {
        let spec = json!({
            "services": [{"name": "api", "routes": [{"path": "/api"}], "health_check": {"http_path": "/health"}}],
            "static_sites": [{"name": "site"}],
        });
        assert_eq!(asked(&spec), [health("/api/health")]);
        assert_eq!(
            asked(&json!({"static_sites": [{"name": "site", "routes": [{"path": "/docs"}]}]})),
            [root("/docs")]
        );
    }

    #[test]
    fn what_runs_no_instance_is_not_asked() {
        let rule =
            |prefix: &str, name: &str| json!({"match": {"path": {"prefix": prefix}}, "component": {"name": name}});
        let services = json!([
            {"name": "front", "health_check": {"http_path": "/up"}},
            {"name": "api", "health_check": {"http_path": "/healthz"}},
        ]);
        let spec = json!({"services": services, "ingress": {"rules": [rule("/", "front"), rule("/api", "api")]}});
        for (idle, asked) in [
            (&[][..], vec![health("/up"), health("/api/healthz")]),
            (&["api"], vec![health("/up")]),
            (&["front"], vec![health("/api/healthz")]),
            (&["front", "api"], vec![]),
            (&["queue"], vec![health("/up"), health("/api/healthz")]),
        ] {
            let idle: Vec<String> = idle.iter().map(ToString::to_string).collect();
            assert_eq!(questions(&spec, "shop.example", &idle), asked, "{idle:?}");
        }
        let api = ["api".to_owned()];
        assert!(!runs_at(&spec, "shop.example", "/api/version?x=1", &api));
        assert!(runs_at(&spec, "shop.example", "/", &api));
    }

    #[test]
    fn a_worker_only_app_has_no_url() {
        let spec = json!({"workers": [{"name": "queue"}], "jobs": [{"name": "migrate", "kind": "PRE_DEPLOY"}]});
        assert!(!has_http(&spec));
        assert_eq!(asked(&spec), []);
    }
}
