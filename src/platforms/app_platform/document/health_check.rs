//! The checks by which the platform knows that a component is well, and the port that it asks.

use serde_json::{Value, json};

use super::component::{Component, ComponentMut};
use super::value::{list, nested, text};

/// The port that a service listens on without `http_port`.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `services[].http_port`
const DEFAULT_HTTP_PORT: u64 = 8080;
pub(crate) const HTTP_PORT: &str = "http_port";
const CHECKS: [&str; 2] = ["health_check", "liveness_health_check"];

/// A service's own check by HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HealthCheck<'a> {
    pub(crate) path: &'a str,
    pub(crate) port: u64,
}

impl<'a> Component<'a> {
    pub(crate) fn http_port(&self) -> u64 {
        port(self.value, HTTP_PORT).unwrap_or(DEFAULT_HTTP_PORT)
    }

    /// Whether a service without any route listens on more than internal ports.
    pub(crate) fn listens_publicly(&self) -> bool {
        let internal = self.value.get("internal_ports").and_then(Value::as_array);
        self.value.get(HTTP_PORT).is_some() || internal.is_none_or(Vec::is_empty)
    }

    /// The ports that it listens on beside the one for requests.
    pub(crate) fn other_ports(&self) -> Vec<u64> {
        let internal = list(self.value, "internal_ports").iter().filter_map(Value::as_u64);
        let checked = CHECKS.iter().filter_map(|check| port(self.value.get(check)?, "port"));
        internal.chain(checked).collect()
    }

    /// The paths that its checks ask for, with their pointers.
    pub(crate) fn checked_paths(&self) -> Vec<(String, &'a str)> {
        let path = |check: &&str| {
            Some((
                self.at(&format!("{check}/http_path")),
                nested(self.value, check, "http_path")?,
            ))
        };
        CHECKS.iter().filter_map(path).collect()
    }

    /// `None`: the spec leaves it to a TCP connect.
    pub(crate) fn health_check(&self) -> Option<HealthCheck<'a>> {
        let check = self.value.get("health_check")?;
        let path = text(check, "http_path").or_else(|| text(check, "path"))?;
        let port = port(check, "port").unwrap_or_else(|| self.http_port());
        Some(HealthCheck { path, port })
    }
}

/// A port as a number or as text; zero means that none is given.
fn port(value: &Value, key: &str) -> Option<u64> {
    let value = value.get(key)?;
    let port = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    port.filter(|port| *port > 0)
}

impl ComponentMut<'_> {
    /// The check of whether it is ready, made where the spec leaves it to a TCP connect.
    pub(crate) fn readiness_mut(&mut self) -> Option<CheckMut<'_>> {
        self.entry("health_check").map(CheckMut)
    }

    /// The check of whether it is still alive.
    pub(crate) fn liveness_mut(&mut self) -> Option<CheckMut<'_>> {
        self.get_mut("liveness_health_check").map(CheckMut)
    }
}

/// A check that is being changed.
#[derive(Debug)]
pub(crate) struct CheckMut<'a>(&'a mut Value);

impl CheckMut<'_> {
    /// Changes the seconds before the first check; `default` is what the platform takes for none.
    pub(crate) fn change_delay(self, default: u64, change: impl Fn(u64) -> u64) {
        let Some(check) = self.0.as_object_mut() else { return };
        let key = "initial_delay_seconds";
        let delay = check.get(key).and_then(Value::as_u64).unwrap_or(default);
        check.insert(key.to_owned(), json!(change(delay)));
    }
}
