//! What the file leaves open and the live app has decided.

use serde_json::Value;

use super::super::component;
use super::super::document::identity;
use super::super::document::maintenance::{self, Switch};
use super::super::document::network;
use super::super::document::source::is_version;
use super::super::notation::placeholder;
use crate::platforms::plan::ProductionInput;
use crate::policy::secret_names::is_credential;

/// Keeps the region of an app whose file names none, so that no default of the platform can move it, and the maintenance
/// that somebody switched on where the file says nothing about it. Warns where the live app does not show the `vpc` that the file has.
pub(super) fn keep(planned: &mut Value, input: &ProductionInput<'_>, warnings: &mut Vec<String>) {
    let Some(live) = input.live() else { return };
    credentials(planned, live);
    if let (None, Some(region)) = (network::region(planned), network::region(live)) {
        network::set_region(planned, region);
    }
    maintenance(planned, live, warnings);
    // A token without `vpc:read` is given every spec without its `vpc`.
    if !network::has_vpc(live) && network::vpc(planned).is_some() {
        warnings.push(
            "the live app shows no `vpc`, and the file's is sent: either it is new, or the token lacks the scope `vpc:read` and no change of the VPC can be noticed"
                .to_owned(),
        );
    }
}

/// A switch that the file does not mention stays as somebody has set it on the platform.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>
fn maintenance(planned: &mut Value, live: &Value, warnings: &mut Vec<String>) {
    let Some(live) = maintenance::maintenance(live) else {
        return;
    };
    let is_silent = maintenance::is_silent(planned);
    for (switch, state) in [
        (Switch::Archive, "archived"),
        (Switch::Maintenance, "in maintenance mode"),
    ] {
        // `archive` implies `enabled`, <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>: who restores the
        // app wants it to serve.
        let is_implied = switch == Switch::Maintenance && live.is_on(Switch::Archive);
        if !live.is_on(switch) || maintenance::mentions(planned, switch) || is_implied {
            continue;
        }
        warnings.push(format!(
            "the app stays {state}: that was switched on, and the app spec does not mention it; `maintenance: {{{}: false}}` in the app spec ends it",
            switch.key()
        ));
        maintenance::switch_on(planned, switch, live, is_silent);
    }
}

/// Keeps the credentials of registries and log destinations, which stand in no file and which an update without them
/// would wipe.
fn credentials(planned: &mut Value, live: &Value) {
    let before = component::components(live);
    component::each(planned, |mut component| {
        let (kind, name) = (component.kind, component.name());
        if let Some(before) = before.iter().find(|it| it.kind == kind && it.name == name) {
            component.each_holder(before, restore);
        }
    });
}

/// Gives `planned` the credentials of `live` where it has none and goes to the same place: they are for no other.
fn restore(planned: &mut Value, live: &Value) {
    match (planned, live) {
        (Value::Object(planned), Value::Object(live)) => {
            let addresses = planned
                .iter()
                .filter(|(key, value)| value.is_string() && !is_credential(key) && !is_version(key));
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
                let name = identity::name(planned).map(str::to_owned);
                if let Some(live) = live
                    .iter()
                    .find(|it| name.is_some() && identity::name(it) == name.as_deref())
                {
                    restore(planned, live);
                }
            }
        }
        _ => {}
    }
}
