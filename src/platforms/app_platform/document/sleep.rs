//! Scale to zero: what a service does when no request comes.

use serde_json::{Value, json};

use super::component::{self, Component, ComponentMut};
use super::value::is_zero;

/// The field that asks for it, which an account without scale to zero refuses by this name.
pub(crate) const FIELD: &str = "inactivity_sleep";
const AFTER: &str = "after_seconds";

/// What a component says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InactivitySleep<'a>(&'a Value);

impl<'a> Component<'a> {
    pub(crate) fn sleep(&self) -> Option<InactivitySleep<'a>> {
        self.value.get(FIELD).map(InactivitySleep)
    }
}

impl InactivitySleep<'_> {
    /// Whether it is more than the platform takes for nothing.
    pub(crate) fn is_set(self) -> bool {
        !is_zero(self.0)
    }

    pub(crate) fn names_seconds(self) -> bool {
        self.0.get(AFTER).is_some()
    }

    pub(crate) fn seconds(self) -> Option<u64> {
        self.0.get(AFTER)?.as_u64()
    }
}

/// Takes it out of every component.
pub(crate) fn stay_awake(spec: &mut Value) {
    component::each(spec, |mut component| component.stay_awake());
}

impl ComponentMut<'_> {
    pub(crate) fn sleep_after(&mut self, seconds: u64) {
        let Some(field) = self.entry(FIELD) else { return };
        if !field.is_object() {
            *field = json!({});
        }
        field[AFTER] = json!(seconds);
    }

    pub(crate) fn stay_awake(&mut self) {
        self.remove(FIELD);
    }
}
