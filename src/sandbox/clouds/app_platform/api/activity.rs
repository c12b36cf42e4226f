//! What an app is doing: health, instances, events.

use axum::Json;
use axum::extract::{Path, Query, RawQuery, State};
use serde_json::{Value, json};

use super::Cloud;
use super::error::ApiError;
use super::paging::Page;
use super::view;
use crate::clouds::app_platform::document::catalogue;
use crate::clouds::app_platform::document::component::Kind;
use crate::clouds::app_platform::document::spec::Spec;
use crate::clouds::app_platform::domain::app::App;
use crate::clouds::app_platform::domain::events::Event;

type Reply = Result<Json<Value>, ApiError>;

pub(crate) async fn health(State(cloud): State<Cloud>, Path(app): Path<String>) -> Reply {
    let components = cloud.platform.with_app(&app, |app| {
        let spec = app
            .active_deployment()
            .and_then(|active| Spec::view(&active.spec).ok())
            .unwrap_or_default();
        let running = spec.components().filter(|(kind, _)| kind.keeps_running());
        let components = running.filter_map(|(_, component)| {
            let status = app.serving.get(&component.name)?.status();
            let size = catalogue::size(component.size())?;
            #[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
            let used = status.memory_bytes as f64 * 100.0 / size.memory_bytes() as f64;
            // Asleep there is nothing to be healthy: no replica is wanted, none is ready.
            let (desired, state) = match (status.asleep, status.ready >= status.desired) {
                (true, _) => (0, "UNKNOWN"),
                (false, true) => (status.desired, "HEALTHY"),
                (false, false) => (status.desired, "UNHEALTHY"),
            };
            Some(view::omit(json!({
                "name": component.name,
                "memory_usage_percent": (used * 1000.0).round() / 1000.0,
                "replicas_desired": desired,
                "replicas_ready": if status.asleep { 0 } else { status.ready },
                "state": state,
            })))
        });
        components.collect::<Vec<_>>()
    })?;
    Ok(Json(json!({"app_health": {"components": components}})))
}

pub(crate) async fn instances(State(cloud): State<Cloud>, Path(app): Path<String>) -> Reply {
    let instances = cloud.platform.with_app(&app, |app| {
        let mut instances = Vec::new();
        let spec = app
            .active_deployment()
            .and_then(|active| Spec::view(&active.spec).ok())
            .unwrap_or_default();
        for (kind, component) in spec.components() {
            let Some(service) = app.serving.get(&component.name) else {
                continue;
            };
            let kind = if kind == Kind::Worker { "WORKER" } else { "SERVICE" };
            for (index, name) in service.status().instances.iter().enumerate() {
                instances.push(json!({
                    "component_name": component.name,
                    "component_type": kind,
                    "instance_name": name,
                    "instance_alias": format!("{}-{index}", component.name),
                }));
            }
        }
        instances
    })?;
    Ok(Json(json!({"instances": instances})))
}

/// Newest first. `event_types` may be repeated, with or without brackets.
pub(crate) async fn events(
    State(cloud): State<Cloud>,
    Path(app): Path<String>,
    Query(page): Query<Page>,
    RawQuery(query): RawQuery,
) -> Reply {
    let wanted = wanted_types(query.as_deref().unwrap_or_default());
    let (events, total) = cloud.platform.with_app(&app, |app| {
        let matching: Vec<_> = app
            .events
            .iter()
            .rev()
            .filter(|event| wanted.is_empty() || wanted.iter().any(|kind| kind == event.kind()))
            .collect();
        let total = matching.len();
        let written: Vec<_> = page
            .cut(matching)
            .into_iter()
            .map(|event| written(app, event))
            .collect();
        (written, total)
    })?;
    let links = page.links(&format!("{}/v2/apps/{app}/events", cloud.base_url), total);
    Ok(Json(
        json!({"events": events, "links": links, "meta": {"total": total}}),
    ))
}

pub(crate) async fn event(State(cloud): State<Cloud>, Path((app, id)): Path<(String, String)>) -> Reply {
    let found = cloud.platform.with_app(&app, |app| {
        let event = app.events.iter().find(|event| event.id == id)?;
        Some(written(app, event))
    })?;
    let event = found.ok_or_else(ApiError::not_found)?;
    Ok(Json(json!({"event": event})))
}

fn wanted_types(query: &str) -> Vec<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key.trim_end_matches("[]") == "event_types")
        .map(|(_, kind)| kind.into_owned())
        .collect()
}

fn written(app: &App, event: &Event) -> Value {
    let deployment = app.deployment(&event.deployment).ok();
    let scaling = event.scaling.as_ref().map(|scaling| {
        let change = view::omit(json!({
            "from": scaling.from,
            "to": scaling.to,
            "triggering_metric": scaling.metric,
        }));
        json!({"phase": "SUCCEEDED", "components": {scaling.component.as_str(): change}})
    });
    view::omit(json!({
        "id": event.id,
        "type": event.kind(),
        "created_at": view::time(event.created),
        "deployment_id": event.deployment,
        "deployment": deployment.filter(|_| event.scaling.is_none()).map(view::deployment),
        "autoscaling": scaling,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_types_come_in_both_spellings() {
        assert_eq!(wanted_types("event_types=A&event_types[]=B&page=1"), ["A", "B"]);
    }
}
