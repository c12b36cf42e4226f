//! Scale to zero for what can be woken by a request.

use serde_json::{Value, json};

use super::super::component::{self, Kind};
use super::super::health::is_public;
use super::{Notes, PreviewInput};
use crate::model::report::Sleep;

/// What people are told of an account that refuses or drops the field.
pub(crate) fn no_scale_to_zero() -> Sleep {
    Sleep::Never("this DigitalOcean account has no scale to zero".to_owned())
}

pub(super) fn apply(preview: &mut Value, input: &PreviewInput<'_>, notes: &mut Notes) -> Sleep {
    let app = preview.clone();
    let services = component::of(&app, Kind::Service);
    let never = |why: &str| Sleep::Never(why.to_owned());
    let (after, sleep) = match input.policy.sleep {
        None => (None, never("switched off in do-deploy.toml")),
        Some(_) if !input.sleep => (None, no_scale_to_zero()),
        Some(_) if !services.iter().any(|service| is_public(&app, service.value)) => {
            (None, never("it has no service that a request could wake"))
        }
        Some(after) => (Some(after), Sleep::After(after)),
    };
    component::each(preview, |kind, component| {
        if kind != Kind::Service {
            return;
        }
        let public = is_public(&app, &Value::Object(component.clone()));
        match after.filter(|_| public) {
            Some(after) => {
                let field = component.entry("inactivity_sleep").or_insert_with(|| json!({}));
                if !field.is_object() {
                    *field = json!({});
                }
                field["after_seconds"] = json!(after.as_secs());
            }
            None => {
                component.shift_remove("inactivity_sleep");
            }
        }
    });
    if after.is_some() {
        notes.changes.push(
            "sleeps when nobody looks",
            "`[preview] sleep` in do-deploy.toml; a wake starts with a fresh disk",
        );
        awake(&app, notes);
    }
    sleep
}

/// What keeps running, and costing, while the services sleep.
fn awake(app: &Value, notes: &mut Notes) {
    let components = component::components(app);
    let stays = components.iter().filter(|it| match it.kind {
        Kind::Worker => true,
        Kind::Service => !is_public(app, it.value),
        _ => false,
    });
    let names: Vec<&str> = stays.map(|it| it.name).collect();
    if !names.is_empty() {
        let names = super::listed(&names);
        notes.warnings.push(format!(
            "always awake: {names}, because no request from outside would wake it"
        ));
    }
}
