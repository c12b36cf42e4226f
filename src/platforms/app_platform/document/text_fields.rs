//! Fields that the platform takes as text, where people write a number: `value: 8080`, `version: 15`.

use serde_json::Value;

use super::component::{self, Kind};
use super::env;

/// Makes text of what is a number or a switch there.
pub(crate) fn as_text(spec: &mut Value) {
    env::each_list(spec, |_, envs| {
        for value in envs.iter_mut().filter_map(|env| env.get_mut("value")) {
            as_string(value);
        }
    });
    component::each(spec, |mut component| {
        let paths: &[(&str, &str)] = match component.kind {
            Kind::Database => &[("", "version")],
            _ => &[
                ("github", "branch"),
                ("gitlab", "branch"),
                ("git", "branch"),
                ("image", "tag"),
            ],
        };
        for (outer, key) in paths {
            let value = match *outer {
                "" => component.get_mut(key),
                outer => component.get_mut(outer).and_then(|inner| inner.get_mut(*key)),
            };
            value.into_iter().for_each(as_string);
        }
    });
}

fn as_string(value: &mut Value) {
    if value.is_number() || value.is_boolean() {
        *value = Value::String(value.to_string());
    }
}
