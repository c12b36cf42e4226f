//! How many instances of a component run, and of which size.

use serde_json::{Value, json};

use super::component::{Component, ComponentMut};

pub(crate) const SIZE: &str = "instance_size_slug";
pub(crate) const COUNT: &str = "instance_count";
pub(crate) const AUTOSCALING: &str = "autoscaling";
/// From the component.
pub(crate) const LEAST: &str = "autoscaling/min_instance_count";

/// How a component scales by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scaling {
    pub(crate) least: Option<u64>,
    pub(crate) most: Option<u64>,
    /// Whether the load of its CPUs is all that it goes by.
    pub(crate) by_cpu_alone: bool,
}

impl<'a> Component<'a> {
    pub(crate) fn size(&self) -> Option<&'a str> {
        self.value.get(SIZE)?.as_str()
    }

    /// The platform takes `"2"` as well as `2`, and one where none is given.
    pub(crate) fn instance_count(&self) -> u64 {
        let value = self.value.get(COUNT).unwrap_or(&Value::Null);
        let written = value.as_str().and_then(|text| text.parse().ok());
        value.as_u64().or(written).unwrap_or(1)
    }

    /// The instances that are billed at least.
    pub(crate) fn least_instances(&self) -> f64 {
        let least = self.value.get(AUTOSCALING).and_then(|it| it.get("min_instance_count"));
        let least = least.or_else(|| self.value.get(COUNT));
        least.and_then(Value::as_f64).unwrap_or(1.0)
    }

    /// Whether a number of instances is written.
    pub(crate) fn counts_instances(&self) -> bool {
        self.value.get(COUNT).is_some_and(|count| !count.is_null())
    }

    pub(crate) fn scaling(&self) -> Option<Scaling> {
        let scaling = self.autoscaling()?.as_object()?;
        let metrics = scaling.get("metrics").and_then(Value::as_object);
        Some(Scaling {
            least: scaling.get("min_instance_count").and_then(Value::as_u64),
            most: scaling.get("max_instance_count").and_then(Value::as_u64),
            by_cpu_alone: metrics.is_some_and(|metrics| metrics.keys().all(|key| key == "cpu")),
        })
    }

    pub(crate) fn autoscaling(&self) -> Option<&'a Value> {
        self.value.get(AUTOSCALING)
    }
}

impl ComponentMut<'_> {
    pub(crate) fn set_size(&mut self, slug: &str) {
        self.set(SIZE, json!(slug));
    }

    pub(crate) fn set_instance_count(&mut self, count: u64) {
        self.set(COUNT, json!(count));
    }

    /// Whether it scaled.
    pub(crate) fn stop_scaling(&mut self) -> bool {
        self.remove(AUTOSCALING).is_some()
    }

    /// One instance that does not scale. Whether that is fewer than before.
    pub(crate) fn limit_to_one(&mut self) -> bool {
        let counted = self.read().value.get(COUNT).and_then(Value::as_u64);
        self.set_instance_count(1);
        self.stop_scaling() || counted.is_some_and(|count| count > 1)
    }
}
