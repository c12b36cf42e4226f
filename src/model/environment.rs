//! Where something is deployed: production, another named environment, or the preview of a pull request.

use std::fmt;
use std::str::FromStr;

/// `production`, a name such as `staging`, or `pr-12`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Environment {
    Named(String),
    Preview(u64),
}

pub(crate) const PRODUCTION: &str = "production";

impl Environment {
    pub(crate) fn production() -> Self {
        Self::Named(PRODUCTION.to_owned())
    }

    pub(crate) fn is_production(&self) -> bool {
        matches!(self, Self::Named(name) if name == PRODUCTION)
    }

    /// The pull request whose preview this is.
    pub(crate) fn pull_request(&self) -> Option<u64> {
        match self {
            Self::Named(_) => None,
            Self::Preview(number) => Some(*number),
        }
    }

    /// The GitHub environment: one `preview` for all pull requests, because
    /// `GITHUB_TOKEN` cannot delete environments.
    pub(crate) fn on_github(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Preview(_) => "preview",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Preview(number) => write!(f, "pr-{number}"),
        }
    }
}

/// A name that is neither a preview's nor fit for a GitHub environment.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no environment: use `production`, a name of letters, digits, `-` and `_`, or `pr-N`")]
pub(crate) struct InvalidEnvironment(String);

impl FromStr for Environment {
    type Err = InvalidEnvironment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(number) = text.strip_prefix("pr-").and_then(|n| n.parse().ok()).filter(|n| *n > 0) {
            return Ok(Self::Preview(number));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if text.is_empty() || text == "preview" || text.len() > 64 || !text.chars().all(fits) || text.starts_with("pr-")
        {
            return Err(InvalidEnvironment(text.to_owned()));
        }
        Ok(Self::Named(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn reads_production_named_environments_and_previews() {
        assert_eq!(
            "pr-12".parse::<Environment>().expect("a preview"),
            Environment::Preview(12)
        );
        assert_eq!("staging".parse::<Environment>().expect("a name").to_string(), "staging");
        for bad in ["", "pr-0", "pr-x", "preview", "a b", "x\ny"] {
            assert!(bad.parse::<Environment>().is_err(), "`{bad}` is no environment");
        }
    }
}
