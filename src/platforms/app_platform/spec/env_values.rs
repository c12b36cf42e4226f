//! What `env` in `do-deploy.toml` gives to an app: values looked up, made, or kept from before.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{component, env};
use crate::config::{EnvValue, Generate, Variable};

/// A value and whether it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) value: String,
    pub(super) secret: bool,
}

/// Values by key, and what could not be had: the key and the variable that is not set.
#[derive(Debug, Default)]
pub(super) struct EnvValues {
    pub(super) given: BTreeMap<String, Given>,
    pub(super) missing: Vec<(String, String)>,
    /// What the live app has and keeps: the key and the variable that is not set.
    pub(super) kept: Vec<(String, String)>,
    /// Variables that are set and belong to the run.
    withheld: Vec<String>,
}

impl EnvValues {
    /// `live` is the app as it runs: what was generated for it stays the same over pushes, and so does a secret whose
    /// variable this run lacks.
    pub(super) fn resolve(
        env: &BTreeMap<String, EnvValue>,
        variables: &dyn Fn(&str) -> Variable,
        live: Option<&Value>,
        random: &dyn Fn() -> [u8; 32],
    ) -> Self {
        let mut policy = Self::default();
        for (key, value) in env {
            let given = match value {
                EnvValue::Plain(text) => Some((text.clone(), false)),
                EnvValue::From(name) => match variables(name) {
                    Variable::Set(text) => Some((text, true)),
                    other => {
                        if other == Variable::Withheld {
                            policy.withheld.push(name.clone());
                        }
                        live.and_then(|live| encrypted(live, key)).map(|kept| {
                            policy.kept.push((key.clone(), name.clone()));
                            (kept, true)
                        })
                    }
                },
                EnvValue::Generate(shape) => {
                    let kept = live.and_then(|live| encrypted(live, key));
                    Some((kept.unwrap_or_else(|| generate(*shape, random())), true))
                }
            };
            match (given, value) {
                (Some((value, secret)), _) => {
                    policy.given.insert(key.clone(), Given { value, secret });
                }
                (None, EnvValue::From(name)) => policy.missing.push((key.clone(), name.clone())),
                (None, _) => {}
            }
        }
        policy
    }

    /// Why there is no value in this variable.
    pub(super) fn lack(&self, variable: &str) -> String {
        if self.withheld.iter().any(|name| name == variable) {
            format!("the variable `{variable}` holds a token of this run, which no app gets")
        } else {
            format!("the variable `{variable}` is not in the step's environment")
        }
    }
}

/// The ciphertext that a live app has for a key, wherever it stands.
fn encrypted(live: &Value, key: &str) -> Option<String> {
    let components = component::components(live);
    let owners = std::iter::once(live).chain(components.iter().map(|component| component.value));
    owners
        .flat_map(env::list)
        .filter(|env| env::key(env) == key)
        .find_map(|env| env::value(env).filter(|value| env::is_encrypted(value)))
        .map(str::to_owned)
}

fn generate(shape: Generate, bytes: [u8; 32]) -> String {
    match shape {
        Generate::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        Generate::Hex64 => bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_secrets_have_the_shape_asked_for() {
        assert_eq!(generate(Generate::Base64Url, [255; 32]).len(), 43);
        assert_eq!(generate(Generate::Hex64, [10; 32]), "0a".repeat(32));
    }
}
