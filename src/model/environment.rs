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

/// The GitHub environment of all pull requests.
const PREVIEWS: &str = "preview";

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
            Self::Preview(_) => PREVIEWS,
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
#[error("`{0}` is not a valid environment: use `production`, a name of letters, digits, `-` and `_`, or `pr-12`")]
pub(crate) struct InvalidEnvironment(String);

/// A pull request's number in another form than GitHub's own.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a pull request's number: use its digits alone, such as `12`")]
pub(crate) struct InvalidNumber(String);

/// Only as GitHub writes it. `012` and `+12` would be the same pull request in another concurrency group of the
/// workflow, and so two runs at one app.
pub(crate) fn pull_number(text: &str) -> Result<u64, InvalidNumber> {
    let number = text.parse::<u64>().ok();
    let canonical = number.filter(|number| *number > 0 && number.to_string() == text);
    canonical.ok_or_else(|| InvalidNumber(text.to_owned()))
}

/// Whether GitHub takes the two for one environment: it ignores case, and so do concurrency groups.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#concurrency>
pub(crate) fn same_on_github(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl FromStr for Environment {
    type Err = InvalidEnvironment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidEnvironment(text.to_owned());
        if let Some(number) = text.strip_prefix("pr-") {
            return pull_number(number).map(Self::Preview).map_err(|_| invalid());
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let another_case = text != PRODUCTION && same_on_github(text, PRODUCTION);
        let taken = same_on_github(text, PREVIEWS) || text.to_ascii_lowercase().starts_with("pr-");
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) || another_case || taken {
            return Err(invalid());
        }
        Ok(Self::Named(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Environment;

    #[test]
    fn reads_production_named_environments_and_previews() {
        assert_eq!(
            "pr-12".parse::<Environment>().expect("a preview"),
            Environment::Preview(12)
        );
        assert_eq!("staging".parse::<Environment>().expect("a name").to_string(), "staging");
        for bad in [
            "",
            "pr-",
            "pr-0",
            "pr-x",
            "pr-01",
            "pr-+1",
            "pr- 1",
            "Pr-1",
            "PR-12",
            "pR-x",
            "preview",
            "Preview",
            "PREVIEW",
            "Production",
            "PRODUCTION",
            "productioN",
            " production",
            "production ",
            "a b",
            "x\ny",
            "pr-18446744073709551616",
        ] {
            assert!(bad.parse::<Environment>().is_err(), "`{bad}` is not valid");
        }
    }

    #[test]
    fn a_pull_requests_number_has_one_form() {
        assert_eq!(super::pull_number("12").expect("a number"), 12);
        for bad in [
            "",
            "0",
            "00",
            "001",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "0x1",
            "१२",
            "18446744073709551616",
        ] {
            assert!(super::pull_number(bad).is_err(), "`{bad}` is not valid");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_a_number_has_one_form(text in prop_oneof!["[ +0]{0,2}[0-9]{1,21} ?", ".{0,8}"]) {
            if let Ok(number) = super::pull_number(&text) {
                prop_assert!(number > 0);
                prop_assert_eq!(number.to_string(), text);
            }
        }

        #[test]
        fn whatever_is_asked_for_no_two_environments_are_one_on_github(
            one in name(),
            flips in prop::collection::vec(any::<bool>(), 24),
        ) {
            let Ok(environment) = one.parse::<Environment>() else { return Ok(()) };
            prop_assert_eq!(environment.to_string(), one.clone());
            let flipped: String = one.chars().zip(flips.into_iter().cycle()).map(|(c, flip)| match (flip, c.is_ascii_uppercase()) {
                (false, _) => c,
                (true, true) => c.to_ascii_lowercase(),
                (true, false) => c.to_ascii_uppercase(),
            }).collect();
            // GitHub would give it the secrets of production and of previews.
            let guarded = |text: &str| text.eq_ignore_ascii_case("production") || text.eq_ignore_ascii_case("preview") || text.to_ascii_lowercase().starts_with("pr-");
            if guarded(&one) && flipped != one {
                prop_assert!(flipped.parse::<Environment>().is_err(), "{}", flipped);
            }
            prop_assert!(!one.eq_ignore_ascii_case("preview"));
            prop_assert!(!one.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_'), "{:?}", one);
        }
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            "production|preview|pr-[1-9][0-9]{0,5}|staging",
            "[a-zA-Z0-9_-]{1,12}",
            "(?i)p(roduction|review|r-[0-9]{1,3})",
            ".{0,10}"
        ]
    }
}
