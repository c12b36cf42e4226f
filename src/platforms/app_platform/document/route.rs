//! The public routes of an app: which path asked from outside reaches which component, and at which path inside it.

use serde_json::Value;

use super::component::{self, Kind};
use super::ingress::{Match, Rule, Sees, Target, rules};

/// What answers on one host, by path.
#[derive(Debug)]
pub(crate) struct Routes<'a>(Vec<Route<'a>>);

#[derive(Debug)]
struct Route<'a> {
    /// For this host alone, and so before the routes for all of them.
    for_this_host: bool,
    path: Match<'a>,
    target: Target<'a>,
}

impl<'a> Routes<'a> {
    /// What answers on `host`: rules for all hosts, and those for this one.
    pub(crate) fn on(spec: &'a Value, host: &str) -> Self {
        let rules = rules(spec);
        let mut routes: Vec<Route<'a>> = rules.iter().filter_map(|rule| Route::of_rule(*rule, host)).collect();
        if rules.is_empty() {
            for kind in Kind::PUBLIC {
                for component in component::of(spec, kind) {
                    routes.extend(legacy(&component));
                }
            }
        }
        Self(routes)
    }

    /// The path to ask for from outside so that the component is asked for `inside`. `None`: no route leads there.
    pub(crate) fn to(&self, component: &str, inside: &str) -> Option<String> {
        let (path, query) = inside
            .split_once('?')
            .map_or((inside, None), |(path, query)| (path, Some(query)));
        let path = format!("/{}", path.trim_start_matches('/'));
        let own = self.0.iter().filter(|route| route.leads_to(component));
        let outside = own
            .filter_map(|route| route.outside(&path))
            // A narrower rule may take the request to somebody else.
            .find(|outside| self.reached(outside) == Some((component, path.clone())))?;
        Some(match query {
            Some(query) => format!("{outside}?{query}"),
            None => outside,
        })
    }

    /// The first path of a component's own, as its rules have them.
    pub(crate) fn root_of(&self, component: &str) -> Option<String> {
        let own = self.0.iter().filter(|route| route.leads_to(component));
        own.map(Route::root)
            .find(|root| self.reached(root).is_some_and(|(reached, _)| reached == component))
    }

    /// `/`, else the first path at which any component answers.
    pub(crate) fn root(&self) -> Option<String> {
        let is_answered = |path: &String| self.choose(path).is_some();
        Some("/".to_owned())
            .filter(is_answered)
            .or_else(|| self.0.first().map(Route::root))
    }

    /// Whether a path, with or without a query, leads to one of these components.
    pub(crate) fn leads_to_any(&self, path: &str, components: &[String]) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        let reached = self.reached(path);
        reached.is_some_and(|(reached, _)| components.iter().any(|component| component == reached))
    }

    /// The component that a path leads to, and what it is asked for there.
    fn reached(&self, path: &str) -> Option<(&'a str, String)> {
        self.choose(path)?.reached(path)
    }

    /// A rule for the host before one for all, an exact path before a prefix, a longer prefix before a shorter one.
    fn choose(&self, path: &str) -> Option<&Route<'a>> {
        let matching = self.0.iter().filter(|route| route.path.matches(path));
        // Of equal ones the first.
        matching
            .rev()
            .max_by_key(|route| (route.for_this_host, route.path.rank()))
    }
}

impl<'a> Route<'a> {
    fn of_rule(rule: Rule<'a>, host: &str) -> Option<Self> {
        let authority = rule.host();
        if authority.is_some_and(|authority| !authority.eq_ignore_ascii_case(host)) {
            return None;
        }
        Some(Self {
            for_this_host: authority.is_some(),
            path: rule.path(),
            target: rule.target()?,
        })
    }

    fn leads_to(&self, component: &str) -> bool {
        matches!(self.target, Target::Component { name, .. } if name == component)
    }

    fn root(&self) -> String {
        match self.path {
            Match::Exact(path) | Match::Prefix(path) if !path.is_empty() => path.to_owned(),
            _ => "/".to_owned(),
        }
    }

    fn reached(&self, path: &str) -> Option<(&'a str, String)> {
        let Target::Component { name, sees } = self.target else {
            return None;
        };
        let below = match self.path {
            Match::Prefix(prefix) => below(path, prefix)?,
            Match::Exact(_) => "",
        };
        let inside = match sees {
            Sees::Trimmed => rooted("", below),
            Sees::Kept => path.to_owned(),
            Sees::Rewritten(to) => rooted(to, below),
        };
        Some((name, inside))
    }

    /// The path outside that becomes `inside`, as far as this rule alone decides.
    fn outside(&self, inside: &str) -> Option<String> {
        let Target::Component { sees, .. } = self.target else {
            return None;
        };
        match (self.path, sees) {
            (Match::Exact(exact), _) => Some(exact.to_owned()),
            (Match::Prefix(_), Sees::Kept) => Some(inside.to_owned()),
            (Match::Prefix(prefix), Sees::Trimmed) => Some(rooted(prefix, inside)),
            (Match::Prefix(prefix), Sees::Rewritten(to)) => Some(rooted(prefix, below(inside, to)?)),
        }
    }
}

impl Match<'_> {
    fn matches(self, path: &str) -> bool {
        match self {
            Self::Prefix(prefix) => below(path, prefix).is_some(),
            Self::Exact(exact) => path == exact,
        }
    }

    fn rank(self) -> (bool, usize) {
        match self {
            Self::Prefix(prefix) => (false, prefix.len()),
            Self::Exact(exact) => (true, exact.len()),
        }
    }
}

/// The deprecated `routes` of a component. Without any, a component that listens to the public has `/`.
fn legacy<'a>(component: &component::Component<'a>) -> Vec<Route<'a>> {
    let route = |path: &'a str, sees| Route {
        for_this_host: false,
        path: Match::prefix(path),
        target: Target::Component {
            name: component.name,
            sees,
        },
    };
    let routes = component.routes();
    if routes.len() > 0 {
        return routes.map(|(path, sees)| route(path, sees)).collect();
    }
    if component.kind == Kind::Service && !component.listens_publicly() {
        return Vec::new();
    }
    vec![route("/", Sees::Trimmed)]
}

/// What follows a prefix of whole segments: nothing, or something that begins with a slash.
fn below<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn rooted(prefix: &str, rest: &str) -> String {
    let path = format!("{prefix}{rest}");
    if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Routes;

    fn rule(path: Value, component: Value) -> Value {
        json!({"match": {"path": path}, "component": component})
    }

    fn to(rules: &Value, component: &str, inside: &str) -> Option<String> {
        let spec = json!({"ingress": {"rules": rules}});
        Routes::on(&spec, "shop.example").to(component, inside)
    }

    #[test]
    fn the_path_outside_is_the_path_inside_seen_through_the_rule() {
        let api = json!({"name": "api"});
        let kept = json!({"name": "api", "preserve_path_prefix": true});
        let kept_as_text = json!({"name": "api", "preserve_path_prefix": "true"});
        let rewritten = json!({"name": "api", "rewrite": "/v1/"});
        let prefix = |prefix: &str| json!({"prefix": prefix});
        for (path, component, inside, outside) in [
            (prefix("/"), &api, "/health", Some("/health")),
            (prefix("/api"), &api, "/health", Some("/api/health")),
            (prefix("/api/"), &api, "health", Some("/api/health")),
            (prefix("/api"), &api, "/health?deep=1", Some("/api/health?deep=1")),
            (prefix("/api"), &api, "/api/health", Some("/api/api/health")),
            (prefix("/api"), &api, "/", Some("/api/")),
            (prefix("/a/b"), &api, "/healthz", Some("/a/b/healthz")),
            (prefix("/api"), &kept, "/api/health", Some("/api/health")),
            (prefix("/api"), &kept_as_text, "/api/health", Some("/api/health")),
            (prefix("/api"), &kept, "/api", Some("/api")),
            (prefix("/api"), &kept, "/health", None),
            (prefix("/api"), &kept, "/apiary", None),
            (prefix("/"), &kept, "/health", Some("/health")),
            (prefix("/api"), &rewritten, "/v1/health", Some("/api/health")),
            (prefix("/"), &rewritten, "/v1/health", Some("/health")),
            (prefix("/api"), &rewritten, "/health", None),
            (prefix("/api"), &rewritten, "/v10", None),
            (json!({"exact": "/up"}), &kept, "/up", Some("/up")),
            (json!({"exact": "/up"}), &kept, "/health", None),
            (json!({"exact": "/up"}), &api, "/", Some("/up")),
            (json!({"exact": "/up"}), &api, "/up", None),
            (json!({"exact": "/up"}), &rewritten, "/v1", Some("/up")),
            (Value::Null, &api, "/health", Some("/health")),
        ] {
            let found = to(&json!([rule(path.clone(), component.clone())]), "api", inside);
            assert_eq!(found.as_deref(), outside, "{path} {component} {inside}");
        }
    }

    #[test]
    fn a_narrower_rule_takes_the_path_away() {
        let rules = json!([
            rule(json!({"prefix": "/"}), json!({"name": "front"})),
            rule(json!({"prefix": "/api"}), json!({"name": "api"})),
            {"match": {"path": {"prefix": "/old"}}, "redirect": {"uri": "/"}},
            rule(json!({"exact": "/status"}), json!({"name": "api", "preserve_path_prefix": true})),
        ]);
        for (component, inside, outside) in [
            ("front", "/health", Some("/health")),
            ("front", "/api/health", None),
            ("front", "/apis", Some("/apis")),
            ("front", "/old/health", None),
            ("front", "/status", None),
            ("api", "/healthz", Some("/api/healthz")),
            ("api", "/status", Some("/api/status")),
            ("worker", "/health", None),
        ] {
            assert_eq!(
                to(&rules, component, inside).as_deref(),
                outside,
                "{component} {inside}"
            );
        }
    }

    #[test]
    fn one_of_several_rules_is_enough() {
        let rules = json!([
            rule(
                json!({"prefix": "/v2"}),
                json!({"name": "api", "preserve_path_prefix": true})
            ),
            rule(json!({"prefix": "/api"}), json!({"name": "api"})),
        ]);
        assert_eq!(to(&rules, "api", "/health").as_deref(), Some("/api/health"));
        assert_eq!(to(&rules, "api", "/v2/health").as_deref(), Some("/v2/health"));
    }

    #[test]
    fn a_rule_for_a_host_counts_there_alone_and_first() {
        let mut own = rule(json!({"prefix": "/"}), json!({"name": "admin"}));
        own["match"]["authority"] = json!({"exact": "admin.example"});
        let mut any = rule(json!({"prefix": "/"}), json!({"name": "web"}));
        any["match"]["authority"] = json!({"exact": ""});
        let spec = json!({"ingress": {"rules": [any, own]}});
        let on = |host, component| Routes::on(&spec, host).to(component, "/health");
        assert_eq!(on("shop.ondigitalocean.app", "web").as_deref(), Some("/health"));
        assert_eq!(on("shop.ondigitalocean.app", "admin"), None);
        assert_eq!(on("Admin.example", "admin").as_deref(), Some("/health"));
        assert_eq!(on("admin.example", "web"), None);
    }

    #[test]
    fn routes_of_old_specs_count_and_without_any_the_root_is_the_services() {
        let spec = json!({"services": [
            {"name": "web"},
            {"name": "api", "routes": [{"path": "/api"}, {"path": "/v2", "preserve_path_prefix": true}]},
            {"name": "cache", "internal_ports": [6379]},
        ], "static_sites": [{"name": "docs", "routes": [{"path": "/docs"}]}]});
        let routes = Routes::on(&spec, "shop.example");
        assert_eq!(routes.to("web", "/health").as_deref(), Some("/health"));
        assert_eq!(routes.to("api", "/health").as_deref(), Some("/api/health"));
        assert_eq!(routes.to("cache", "/health"), None);
        assert_eq!(routes.root_of("docs").as_deref(), Some("/docs"));
    }

    #[test]
    fn the_root_is_where_something_answers() {
        let spec = |rules: Value| json!({"ingress": {"rules": rules}});
        let below = spec(json!([rule(json!({"prefix": "/api/"}), json!({"name": "api"}))]));
        let routes = Routes::on(&below, "shop.example");
        assert_eq!(routes.root().as_deref(), Some("/api"));
        assert_eq!(routes.root_of("api").as_deref(), Some("/api"));
        assert_eq!(routes.root_of("web"), None);
        let everywhere = spec(json!([rule(json!({"prefix": "/api"}), json!({"name": "api"})),
            {"match": {"path": {"prefix": "/"}}, "redirect": {"uri": "/api"}}]));
        assert_eq!(Routes::on(&everywhere, "shop.example").root().as_deref(), Some("/"));
    }
}
