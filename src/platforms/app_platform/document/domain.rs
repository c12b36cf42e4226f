//! The domains of an app.

use serde_json::Value;

use super::value::{list, scalar, text};

const DOMAINS: &str = "domains";
/// Where the list stands in the spec.
pub(crate) const POINTER: &str = "/domains";

/// One entry of `domains`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Domain<'a>(&'a Value);

pub(crate) fn domains(spec: &Value) -> impl Iterator<Item = Domain<'_>> {
    list(spec, DOMAINS).iter().map(Domain)
}

/// The pointer to one of the list.
pub(crate) fn pointer(index: usize) -> String {
    format!("{POINTER}/{index}")
}

/// How a consent names a domain: `domains.shop.example`.
pub(crate) fn consent(host: &str) -> String {
    format!("{DOMAINS}.{host}")
}

/// Whether a consent is to a domain.
pub(crate) fn is_consent(name: &str) -> bool {
    name.strip_prefix(DOMAINS).is_some_and(|rest| rest.starts_with('.'))
}

impl<'a> Domain<'a> {
    pub(crate) fn name(self) -> Option<&'a str> {
        text(self.0, "domain")
    }

    /// As it is written.
    pub(crate) fn written(self) -> Option<&'a str> {
        self.0.get("domain")?.as_str()
    }

    /// Whether it is of this type, `PRIMARY`, `ALIAS` or `DEFAULT`.
    pub(crate) fn is(self, kind: &str) -> bool {
        text(self.0, "type") == Some(kind)
    }

    /// Whether it holds what is below it as well.
    pub(crate) fn is_wildcard(self) -> bool {
        self.0.get("wildcard") == Some(&Value::Bool(true))
    }

    /// The same, also where that is written as text.
    pub(crate) fn says_wildcard(self) -> bool {
        scalar(self.0, "wildcard").as_deref() == Some("true")
    }

    /// The DNS zone that it is managed in.
    pub(crate) fn zone(self) -> Option<&'a str> {
        text(self.0, "zone")
    }
}
