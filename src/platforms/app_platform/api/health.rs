//! App Platform's own opinion of an app's components, and which of them sleep.

use super::{AppPlatform, app_path, translate, wire};
use crate::platforms::component::{ComponentHealth, HealthState};
use crate::platforms::error::Result;

/// How many events are looked through for the last time that a component fell asleep or woke.
const EVENTS: usize = 50;

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn health(&self, app_id: &str) -> Result<Vec<ComponentHealth>> {
        let path = format!("{}/health", app_path(app_id));
        let reply: wire::HealthReply = self.answered(self.client.get(&path).await)?;
        let mut components: Vec<_> = reply.app_health.components.into_iter().map(component).collect();
        // Only events distinguish sleep from a crash, and only a component without an instance can be asleep.
        if components.iter().any(|component| component.ready == 0) {
            let path = format!("{}/events?page=1&per_page={EVENTS}", app_path(app_id));
            let events: wire::Events = self.answered(self.client.get(&path).await)?;
            for component in components.iter_mut().filter(|component| component.ready == 0) {
                if fell_asleep(&events, &component.name) {
                    component.state = HealthState::Asleep;
                }
            }
        }
        Ok(components)
    }
}

fn component(wire: wire::ComponentHealth) -> ComponentHealth {
    ComponentHealth {
        name: wire.name,
        state: match wire.state.as_str() {
            "HEALTHY" => HealthState::Healthy,
            "UNHEALTHY" => HealthState::Unhealthy,
            _ => HealthState::Unknown,
        },
        ready: count(wire.replicas_ready),
        desired: count(wire.replicas_desired),
    }
}

fn count(number: Option<f64>) -> u64 {
    number.map_or(0, |number| number.max(0.0) as u64)
}

/// Whether the last change of a component's scale to or from zero was to zero.
fn fell_asleep(events: &wire::Events, component: &str) -> bool {
    let newest = events
        .events
        .iter()
        .filter(|event| !matches!(event.autoscaling.phase.as_str(), "FAILED" | "CANCELED"))
        .filter_map(|event| {
            let metric = &event.autoscaling.components.get(component)?.triggering_metric;
            let about_sleep = matches!(metric.as_str(), "scale_to_zero" | "scale_from_zero");
            about_sleep.then_some((translate::time(&event.created_at), metric))
        })
        // Of events of the same moment the first listed is the newest.
        .reduce(|newest, event| if event.0 > newest.0 { event } else { newest });
    newest.is_some_and(|(_, metric)| metric == "scale_to_zero")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::fell_asleep;

    fn asleep(events: Value) -> bool {
        let events = serde_json::from_value(json!({ "events": events })).expect("a page of events");
        fell_asleep(&events, "web")
    }

    fn scaled(at: &str, metric: &str, phase: &str) -> Value {
        json!({"type": "AUTOSCALING", "created_at": at,
            "autoscaling": {"phase": phase, "components": {"web": {"to": 1, "triggering_metric": metric}}}})
    }

    #[test]
    fn the_last_event_tells_whether_a_component_sleeps() {
        let slept = scaled("2026-03-01T10:00:00Z", "scale_to_zero", "SUCCEEDED");
        let woke = scaled("2026-03-01T11:00:00Z", "scale_from_zero", "SUCCEEDED");
        assert!(asleep(json!([slept])));
        assert!(!asleep(json!([woke, slept])));
        assert!(!asleep(json!([slept, woke])), "whatever the order");
        let failed = scaled("2026-03-01T12:00:00Z", "scale_to_zero", "FAILED");
        assert!(!asleep(json!([failed, woke, slept])));
        assert!(!asleep(json!([{"type": "DEPLOYMENT"}])));
        assert!(!asleep(json!([])));
    }
}
