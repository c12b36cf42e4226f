//! What belongs to production alone is taken out: the registry's password, and routes by host.

use serde_json::Value;

use super::super::component::{self, ComponentMut};
use super::super::document::ingress::{self, Rule};
use super::super::env;
use super::Notes;
use crate::platforms::source::SourceKind;

/// `whole`: production's spec with everything that a preview leaves out.
pub(super) fn strip(preview: &mut Value, whole: &Value, notes: &mut Notes) {
    component::each(preview, |mut component| credentials(&mut component, notes));
    ingress(preview, whole, notes);
}

/// A registry password that only production's app can decrypt.
fn credentials(component: &mut ComponentMut<'_>, notes: &mut Notes) {
    let name = component.name();
    let Some(mut image) = component.source_mut(SourceKind::Image) else {
        return;
    };
    if image.credentials().is_some_and(env::is_encrypted) {
        image.remove_credentials();
        notes.changes.push(
            format!("left out `registry_credentials` of `{name}`"),
            "only production can decrypt them",
        );
        notes.warnings.push(format!(
            "the image of `{name}` has to be public, or the preview cannot load it"
        ));
    }
}

/// Rules that name a host of production's, or a component that is gone, lead nowhere in a preview.
fn ingress(preview: &mut Value, whole: &Value, notes: &mut Notes) {
    let names = |spec: &Value| -> Vec<String> {
        let components = component::components(spec);
        components.iter().map(|it| it.name.to_owned()).collect()
    };
    let (kept, known) = (names(preview), names(whole));
    let mut misnamed = Vec::new();
    let took_all = ingress::retain(preview, |rule| {
        let why = if rule.names_host() {
            "its host name leads to production"
        } else {
            match rule.component() {
                Some(name) if !known.iter().any(|known| known == name) => {
                    misnamed.push(format!(
                        "the ingress rule {} leads nowhere: the app spec has no such component",
                        describe(rule)
                    ));
                    "the app spec has no such component"
                }
                Some(name) if !kept.iter().any(|kept| kept == name) => "its component is not in the preview",
                _ => return true,
            }
        };
        notes
            .changes
            .push(format!("dropped the ingress rule {}", describe(rule)), why);
        false
    });
    notes.warnings.extend(misnamed);
    if took_all {
        notes.warnings.push(
            "none of production's ingress rules applies in the preview: it has the platform's default routes"
                .to_owned(),
        );
    }
}

fn describe(rule: Rule<'_>) -> String {
    match rule.component() {
        Some(name) => format!("`{}` to `{name}`", rule.address()),
        None => format!("`{}`", rule.address()),
    }
}
