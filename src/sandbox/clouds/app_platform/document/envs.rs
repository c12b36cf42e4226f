//! What a component's environment looks like: app-level and component envs, scopes, bindable variables.

use std::collections::BTreeMap;

use super::component::Component;
use super::env::Env;
use super::secrets::Vault;
use super::spec::Spec;

/// What bindable variables stand for: `APP_URL` for the app, `web.PRIVATE_URL` for its components.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings(BTreeMap<String, String>);

impl Bindings {
    pub(crate) fn bind(&mut self, owner: &str, variable: &str, value: impl Into<String>) {
        let name = if owner.is_empty() {
            variable.to_owned()
        } else {
            format!("{owner}.{variable}")
        };
        self.0.insert(name, value.into());
    }

    /// Replaces every bindable variable that is known. An unknown one stays as it is written.
    pub(crate) fn resolve(&self, component: &str, text: &str) -> String {
        let mut resolved = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            resolved.push_str(before);
            let known = after.split_once('}').and_then(|(name, tail)| {
                let name = match name.strip_prefix("_self.") {
                    Some(variable) => format!("{component}.{variable}"),
                    None => name.to_owned(),
                };
                self.0.get(&name).map(|value| (value, tail))
            });
            match known {
                Some((value, tail)) => {
                    resolved.push_str(value);
                    rest = tail;
                }
                None => {
                    resolved.push_str("${");
                    rest = after;
                }
            }
        }
        resolved.push_str(rest);
        resolved
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Build,
    Run,
}

/// The environment of one component: its own envs win over the app's.
pub(crate) fn of(
    spec: &Spec,
    component: &Component,
    stage: Stage,
    vault: &Vault,
    bindings: &Bindings,
) -> Vec<(String, String)> {
    let wanted = |env: &&Env| match stage {
        Stage::Build => env.at_build_time(),
        Stage::Run => env.at_run_time(),
    };
    let mut merged: Vec<(String, String)> = Vec::new();
    for env in spec
        .envs
        .iter()
        .filter(wanted)
        .chain(component.envs.iter().filter(wanted))
    {
        let value = bindings.resolve(&component.name, vault.open(&env.value));
        match merged.iter_mut().find(|(key, _)| *key == env.key) {
            Some(slot) => slot.1 = value,
            None => merged.push((env.key.clone(), value)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_known_variables_and_leaves_the_others() {
        let mut bindings = Bindings::default();
        bindings.bind("", "APP_URL", "http://127.0.0.1:1");
        bindings.bind("db", "DATABASE_URL", "postgresql://x");
        bindings.bind("web", "COMMIT_HASH", "abc");
        for (text, expected) in [
            ("${APP_URL}/x", "http://127.0.0.1:1/x"),
            ("${db.DATABASE_URL}", "postgresql://x"),
            ("${_self.COMMIT_HASH}-${web.COMMIT_HASH}", "abc-abc"),
            ("${cache.DATABASE_URL}", "${cache.DATABASE_URL}"),
            ("${PORT} ${", "${PORT} ${"),
            ("a $ b ${${APP_URL}", "a $ b ${http://127.0.0.1:1"),
        ] {
            assert_eq!(bindings.resolve("web", text), expected, "{text}");
        }
    }

    #[test]
    fn components_win_over_the_app_and_scopes_are_kept() {
        let spec = serde_json::json!({
            "name": "shop",
            "envs": [{"key": "A", "value": "app"}, {"key": "B", "value": "app", "scope": "BUILD_TIME"}],
            "services": [{"name": "web", "envs": [{"key": "A", "value": "web", "scope": "RUN_TIME"}]}],
        });
        let spec = Spec::view(&spec).unwrap();
        let envs = |stage| of(&spec, &spec.services[0], stage, &Vault::default(), &Bindings::default());
        assert_eq!(envs(Stage::Run), [("A".to_owned(), "web".to_owned())]);
        let built = [("A".to_owned(), "app".to_owned()), ("B".to_owned(), "app".to_owned())];
        assert_eq!(envs(Stage::Build), built);
    }
}
