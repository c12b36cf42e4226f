//! What the file leaves open and the live app has decided.

use serde_json::{Map, Value};

use super::super::component::{self, text};
use super::super::notation::placeholder;
use crate::platforms::plan::ProductionInput;
use crate::policy::secret_names::is_credential;

/// Keeps the region of an app whose file names none, so that no default of the platform can move it, and the maintenance
/// that somebody switched on where the file says nothing about it. Warns where the live app does not show the `vpc` that the file has.
pub(super) fn keep(planned: &mut Value, input: &ProductionInput<'_>, warnings: &mut Vec<String>) {
    let Some(live) = input.live() else { return };
    credentials(planned, live);
    let Some(root) = planned.as_object_mut() else { return };
    let has_region = root
        .get("region")
        .and_then(Value::as_str)
        .is_some_and(|it| !it.trim().is_empty());
    if let (false, Some(region)) = (has_region, text(live, "region")) {
        root.insert("region".to_owned(), region.into());
    }
    maintenance(root, live, warnings);
    // A token without `vpc:read` is given every spec without its `vpc`.
    if live.get("vpc").is_none() && root.get("vpc").is_some_and(|vpc| text(vpc, "id").is_some()) {
        warnings.push(
            "the live app shows no `vpc`, and the file's is sent: either it is new, or the token lacks the scope `vpc:read` and no change of the VPC can be noticed"
                .to_owned(),
        );
    }
}

/// A switch that the file does not mention stays as somebody has set it on the platform.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>
fn maintenance(planned: &mut Map<String, Value>, live: &Value, warnings: &mut Vec<String>) {
    let Some(live) = live.get("maintenance").and_then(Value::as_object) else {
        return;
    };
    let is_silent = planned.get("maintenance").is_none_or(Value::is_null);
    for (key, state) in [("archive", "archived"), ("enabled", "in maintenance mode")] {
        let mentioned = planned.get("maintenance").and_then(|it| it.get(key));
        // `archive` implies `enabled`, <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>: who restores the
        // app wants it to serve.
        let is_implied = key == "enabled" && live.get("archive") == Some(&Value::Bool(true));
        if live.get(key) != Some(&Value::Bool(true)) || mentioned.is_some() || is_implied {
            continue;
        }
        warnings.push(format!(
            "the app stays {state}: that was switched on, and the app spec does not mention it; `maintenance: {{{key}: false}}` in the app spec ends it"
        ));
        let own = planned.entry("maintenance").or_insert(Value::Null);
        match own.as_object_mut().filter(|_| !is_silent) {
            Some(own) => {
                own.insert(key.to_owned(), Value::Bool(true));
            }
            None => *own = Value::Object(live.clone()),
        }
    }
}

/// Keeps the credentials of registries and log destinations, which stand in no file and which an update without them
/// would wipe.
fn credentials(planned: &mut Value, live: &Value) {
    let before = component::components(live);
    component::each(planned, |kind, component| {
        let name = component.get("name").and_then(Value::as_str).unwrap_or_default();
        let Some(before) = before.iter().find(|it| it.kind == kind && it.name == name) else {
            return;
        };
        for key in ["image", "log_destinations"] {
            if let (Some(planned), Some(live)) = (component.get_mut(key), before.value.get(key)) {
                restore(planned, live);
            }
        }
    });
}

/// Gives `planned` the credentials of `live` where it has none and goes to the same place: they are for no other.
fn restore(planned: &mut Value, live: &Value) {
    match (planned, live) {
        (Value::Object(planned), Value::Object(live)) => {
            let addresses = planned.iter().filter(|(key, value)| {
                value.is_string() && !is_credential(key) && !matches!(key.as_str(), "tag" | "digest" | "index_name")
            });
            if addresses.into_iter().any(|(key, value)| live.get(key) != Some(value)) {
                return;
            }
            for (key, live) in live {
                let given = planned
                    .get(key)
                    .and_then(Value::as_str)
                    .is_some_and(|it| !it.trim().is_empty() && placeholder(it).is_none());
                if is_credential(key) && live.is_string() && !given {
                    planned.insert(key.clone(), live.clone());
                } else if let Some(planned) = planned.get_mut(key) {
                    restore(planned, live);
                }
            }
        }
        (Value::Array(planned), Value::Array(live)) => {
            for planned in planned {
                let name = text(planned, "name").map(str::to_owned);
                if let Some(live) = live
                    .iter()
                    .find(|it| name.is_some() && text(it, "name") == name.as_deref())
                {
                    restore(planned, live);
                }
            }
        }
        _ => {}
    }
}
