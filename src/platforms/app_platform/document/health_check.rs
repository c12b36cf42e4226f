//! The checks by which the platform knows that a component is well, and the port that it asks.

use serde_json::{Value, json};

use super::component::{Component, ComponentMut};
use super::value::text;

/// The port that a service listens on without `http_port`.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `services[].http_port`
const DEFAULT_HTTP_PORT: u64 = 8080;

/// A service's own check by HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HealthCheck<'a> {
    pub(crate) path: &'a str,
    pub(crate) port: u64,
}

impl<'a> Component<'a> {
    pub(crate) fn http_port(&self) -> u64 {
        port(self.value, "http_port").unwrap_or(DEFAULT_HTTP_PORT)
    }

    /// Whether a service without any route listens on more than internal ports.
    pub(crate) fn listens_publicly(&self) -> bool {
        let internal = self.value.get("internal_ports").and_then(Value::as_array);
        self.value.get("http_port").is_some() || internal.is_none_or(Vec::is_empty)
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
