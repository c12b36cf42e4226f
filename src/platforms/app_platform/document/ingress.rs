//! The rules by which requests from outside reach components, and the header that lets them in.

use serde_json::Value;

use super::component::Component;
use super::value::{list, nested, text};

pub(crate) const INGRESS: &str = "ingress";
/// Of a component, from before there was an ingress.
pub(crate) const ROUTES: &str = "routes";
const RULES: &str = "rules";
const SECURE_HEADER: &str = "/ingress/secure_header";

/// One entry of `ingress.rules`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule<'a>(&'a Value);

/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `ingress.rules[].match.path`
#[derive(Clone, Copy, Debug)]
pub(crate) enum Match<'a> {
    /// `/api` is met by `/api`, `/api/` and whatever lies below; without the slash at its end.
    Prefix(&'a str),
    Exact(&'a str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    Component { name: &'a str, sees: Sees<'a> },
    Redirect,
}

/// The path that a component is asked for. By default the prefix is trimmed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sees<'a> {
    Trimmed,
    Kept,
    Rewritten(&'a str),
}

pub(crate) fn rules(spec: &Value) -> Vec<Rule<'_>> {
    let rules = spec.get(INGRESS).map_or(&[][..], |ingress| list(ingress, RULES));
    rules.iter().map(Rule).collect()
}

/// Where a rule stands.
pub(crate) fn pointer(index: usize) -> String {
    format!("/{INGRESS}/{RULES}/{index}")
}

/// Where the name of a rule's component stands.
pub(crate) fn component_pointer(index: usize) -> String {
    format!("{}/component/name", pointer(index))
}

/// Removes the rules that `keep` rejects, and the whole ingress where that takes all of them. Whether it did.
pub(crate) fn retain(spec: &mut Value, mut keep: impl FnMut(Rule<'_>) -> bool) -> bool {
    let ingress = spec.get_mut(INGRESS).and_then(|ingress| ingress.get_mut(RULES));
    let Some(rules) = ingress.and_then(Value::as_array_mut) else {
        return false;
    };
    let before = rules.len();
    rules.retain(|rule| keep(Rule(rule)));
    let took_all = rules.is_empty() && before > 0;
    if took_all && let Some(root) = spec.as_object_mut() {
        root.shift_remove(INGRESS);
    }
    took_all
}

impl<'a> Rule<'a> {
    /// The host that it is for. `None`: all of them.
    pub(crate) fn host(self) -> Option<&'a str> {
        nested(self.0.get("match")?, "authority", "exact")
    }

    pub(crate) fn path(self) -> Match<'a> {
        let path = self.0.pointer("/match/path").unwrap_or(&Value::Null);
        match text(path, "exact") {
            Some(exact) => Match::Exact(exact),
            None => Match::prefix(text(path, "prefix").unwrap_or("/")),
        }
    }

    /// `None`: it leads nowhere.
    pub(crate) fn target(self) -> Option<Target<'a>> {
        match self.0.get("component") {
            Some(component) => Some(Target::Component {
                name: text(component, "name")?,
                sees: Sees::of(component),
            }),
            None => self.0.get("redirect").map(|_| Target::Redirect),
        }
    }

    /// The component that it names, letter for letter.
    pub(crate) fn component(self) -> Option<&'a str> {
        self.0.pointer("/component/name")?.as_str()
    }

    pub(crate) fn has_component(self) -> bool {
        self.0.get("component").is_some_and(Value::is_object)
    }

    pub(crate) fn redirects(self) -> bool {
        self.0.get("redirect").is_some_and(Value::is_object)
    }

    /// Whether it says both of what the component sees of the prefix.
    pub(crate) fn keeps_and_rewrites(self) -> bool {
        let keeps = self.0.pointer("/component/preserve_path_prefix") == Some(&Value::Bool(true));
        keeps && nested(self.0, "component", "rewrite").is_some()
    }

    pub(crate) fn leads_to(self, component: &Component<'_>) -> bool {
        nested(self.0, "component", "name") == text(component.value, "name")
    }

    /// Whether it names a host, to be asked at or to redirect to.
    pub(crate) fn names_host(self) -> bool {
        let has = |pointer: &str| self.0.pointer(pointer).is_some_and(is_given);
        has("/match/authority") || has("/redirect/authority")
    }

    /// Host and path as it has them: `shop.example/api`.
    pub(crate) fn address(self) -> String {
        let at = |pointer: &str| self.0.pointer(pointer).and_then(Value::as_str);
        let path = at("/match/path/prefix")
            .or_else(|| at("/match/path/exact"))
            .unwrap_or("/");
        let host = at("/match/authority/exact").unwrap_or_default();
        format!("{host}{path}")
    }
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(map) => map
            .values()
            .any(|value| value.as_str().is_some_and(|text| !text.is_empty())),
        _ => true,
    }
}

impl<'a> Match<'a> {
    pub(crate) fn prefix(prefix: &'a str) -> Self {
        Self::Prefix(prefix.trim_end_matches('/'))
    }
}

impl<'a> Sees<'a> {
    /// `preserve_path_prefix` is a string in the API's document and a boolean in everybody's specs.
    fn of(target: &'a Value) -> Self {
        let keeps = target.get("preserve_path_prefix");
        match (text(target, "rewrite"), keeps) {
            (Some(to), _) => Self::Rewritten(to.trim_end_matches('/')),
            (None, Some(keeps)) if *keeps == true || *keeps == "true" => Self::Kept,
            _ => Self::Trimmed,
        }
    }
}

impl<'a> Component<'a> {
    /// The deprecated `routes` of a component: the path outside, and what it sees of it.
    pub(crate) fn routes(&self) -> impl ExactSizeIterator<Item = (&'a str, Sees<'a>)> + use<'a> {
        let routes = list(self.value, ROUTES).iter();
        routes.map(|route| (text(route, "path").unwrap_or("/"), Sees::of(route)))
    }
}

/// The header by which the platform's edge knows requests that come through a proxy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecureHeader<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Option<&'a str>,
}

pub(crate) fn secure_header(spec: &Value) -> Option<SecureHeader<'_>> {
    let header = spec.pointer(SECURE_HEADER)?;
    Some(SecureHeader {
        name: text(header, "key")?,
        value: text(header, "value"),
    })
}

pub(crate) fn set_value_of_secure_header(spec: &mut Value, value: &str) {
    if let Some(header) = spec.pointer_mut(SECURE_HEADER) {
        header["value"] = value.into();
    }
}
