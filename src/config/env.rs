//! The value of an env in `do-deploy.toml`: a plain string, something to generate, or a variable to read.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// Our own tokens: an app that got one of them could act as us. The last two are how GitHub's command line reads them:
/// <https://cli.github.com/manual/gh_help_environment>
pub(crate) const TOKENS: [&str; 5] = [
    "DIGITALOCEAN_ACCESS_TOKEN",
    "FLY_API_TOKEN",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GH_ENTERPRISE_TOKEN",
];
/// What the runner hands to a step, its tokens among it.
/// <https://docs.github.com/actions/reference/workflows-and-actions/variables>
const RUNNER_PREFIXES: [&str; 3] = ["GITHUB_", "ACTIONS_", "RUNNER_"];

/// What the step's environment has for an app under one name.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Variable {
    Set(String),
    Missing,
    /// It belongs to the run: its name is reserved, or one of the run's own tokens is in its value.
    Withheld,
}

impl Variable {
    /// `tokens`: the run's own. A variable that is set but blank counts as missing.
    pub(crate) fn of(name: &str, value: Option<String>, tokens: &[String]) -> Self {
        match value.filter(|value| !value.trim().is_empty()) {
            None => Self::Missing,
            Some(value) if is_reserved(name) || tokens.iter().any(|token| holds(&value, token)) => Self::Withheld,
            Some(value) => Self::Set(value),
        }
    }
}

/// Shortest token that is searched for inside other values: `https://x-access-token:TOKEN@github.com` hands it over too.
const LONG: usize = 8;

fn holds(value: &str, token: &str) -> bool {
    value.trim() == token || (token.len() >= LONG && value.contains(token))
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EnvValue {
    Plain(String),
    /// A secret made once and kept for the preview's life.
    Generate(Generate),
    /// The variable of this name in the step's environment.
    From(String),
}

/// The shape of a generated secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generate {
    /// 32 random bytes in base64url, without padding.
    Base64Url,
    /// 32 random bytes as 64 hex digits.
    Hex64,
}

impl<'de> Deserialize<'de> for EnvValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EnvVisitor)
    }
}

struct EnvVisitor;

impl<'de> Visitor<'de> for EnvVisitor {
    type Value = EnvValue;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string, `\"generate\"`, `\"generate:hex64\"` or `{ from = \"NAME\" }`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<EnvValue, E> {
        match text.strip_prefix("generate") {
            Some("") => Ok(EnvValue::Generate(Generate::Base64Url)),
            Some(":hex64") => Ok(EnvValue::Generate(Generate::Hex64)),
            Some(shape) if shape.starts_with(':') => Err(E::custom(format!(
                "`{text}` is not supported yet: use `generate` or `generate:hex64`"
            ))),
            _ => Ok(EnvValue::Plain(text.to_owned())),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EnvValue, A::Error> {
        let mut from = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != "from" {
                return Err(A::Error::unknown_field(&key, &["from"]));
            }
            from = Some(map.next_value::<String>()?);
        }
        let name = from.ok_or_else(|| A::Error::missing_field("from"))?;
        if !is_key(&name) {
            return Err(A::Error::custom(format!("`{name}` cannot be the name of a variable")));
        }
        if is_reserved(&name) {
            return Err(A::Error::custom(format!(
                "`{name}` is never handed to an app: it belongs to the runner or to do-deploy"
            )));
        }
        Ok(EnvValue::From(name))
    }
}

/// Whether App Platform accepts it as the key of an env.
pub(super) fn is_key(key: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !key.starts_with(|c: char| c.is_ascii_digit()) && !key.is_empty() && key.chars().all(fits)
}

/// Whether the value of a variable of this name lets its holder act as the run.
pub(crate) fn is_own_token(name: &str) -> bool {
    is_reserved(name) && name.to_ascii_uppercase().ends_with("_TOKEN")
}

pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    TOKENS.contains(&name.as_str()) || RUNNER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
