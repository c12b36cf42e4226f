//! What `env` in `do-deploy.toml` gives to an app: values looked up, made, or kept from before.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::{EnvValue, Generate, Variable};

/// A value and whether it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) value: String,
    pub(crate) secret: bool,
}

/// Values by key, and what could not be had: the key and the variable that is not set.
#[derive(Debug, Default)]
pub(crate) struct EnvValues {
    pub(crate) given: BTreeMap<String, Given>,
    pub(crate) missing: Vec<(String, String)>,
    /// What the live app has and keeps: the key and the variable that is not set.
    pub(crate) kept: Vec<(String, String)>,
    /// Variables that are set and belong to the run.
    withheld: Vec<String>,
}

impl EnvValues {
    /// `kept` is what the app as it runs has for a secret and can be sent again: what was generated for it stays the same
    /// over pushes, and so does a secret whose variable this run lacks.
    pub(crate) fn resolve(
        env: &BTreeMap<String, EnvValue>,
        variables: &dyn Fn(&str) -> Variable,
        kept: &dyn Fn(&str) -> Option<String>,
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
                        kept(key).map(|kept| {
                            policy.kept.push((key.clone(), name.clone()));
                            (kept, true)
                        })
                    }
                },
                EnvValue::Generate(shape) => {
                    let made = || generate(*shape, random());
                    Some((kept(key).unwrap_or_else(made), true))
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

    /// Whether the value of this key is decided there, whether it could be had or not.
    pub(crate) fn decides(&self, key: &str) -> bool {
        self.given.contains_key(key) || self.lacks(key)
    }

    /// Whether a variable was to give this key a value and did not.
    pub(crate) fn lacks(&self, key: &str) -> bool {
        self.missing.iter().any(|(missing, _)| missing == key)
    }

    /// Why there is no value in this variable.
    pub(crate) fn lack(&self, variable: &str) -> String {
        if self.withheld.iter().any(|name| name == variable) {
            format!("the variable `{variable}` holds a token of this run, which no app gets")
        } else {
            format!("the variable `{variable}` is not in the step's environment")
        }
    }
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
