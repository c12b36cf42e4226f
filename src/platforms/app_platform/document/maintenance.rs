//! The switches that take an app out of service: maintenance and archive.

use serde_json::{Map, Value};

const MAINTENANCE: &str = "maintenance";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    Archive,
    Maintenance,
}

impl Switch {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Maintenance => "enabled",
        }
    }
}

/// What a spec says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maintenance<'a>(&'a Map<String, Value>);

pub(crate) fn maintenance(spec: &Value) -> Option<Maintenance<'_>> {
    spec.get(MAINTENANCE)?.as_object().map(Maintenance)
}

impl Maintenance<'_> {
    pub(crate) fn is_on(self, switch: Switch) -> bool {
        self.0.get(switch.key()) == Some(&Value::Bool(true))
    }
}

pub(crate) fn is_on(spec: &Value, switch: Switch) -> bool {
    maintenance(spec).is_some_and(|it| it.is_on(switch))
}

/// Whether a spec says anything of a switch.
pub(crate) fn mentions(spec: &Value, switch: Switch) -> bool {
    spec.get(MAINTENANCE).is_some_and(|it| it.get(switch.key()).is_some())
}

/// Whether a spec says nothing at all of maintenance.
pub(crate) fn is_silent(spec: &Value) -> bool {
    spec.get(MAINTENANCE).is_none_or(Value::is_null)
}

/// Switches one on, or takes all of `live` where the spec was silent.
pub(crate) fn switch_on(spec: &mut Value, switch: Switch, live: Maintenance<'_>, was_silent: bool) {
    let Some(root) = spec.as_object_mut() else { return };
    let own = root.entry(MAINTENANCE).or_insert(Value::Null);
    match own.as_object_mut().filter(|_| !was_silent) {
        Some(own) => {
            own.insert(switch.key().to_owned(), Value::Bool(true));
        }
        None => *own = Value::Object(live.0.clone()),
    }
}
