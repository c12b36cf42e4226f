//! How a platform writes what is not a literal in the value of an env.

use crate::policy::datastores::Holds;

/// A part of a value that stands for a variable of one of the app's components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) component: &'a str,
    pub(crate) variable: &'a str,
    /// The whole of it, as it stands in the value.
    pub(crate) whole: &'a str,
}

/// A platform that only knows literals needs no more than the defaults.
pub(crate) trait Notation: Sync {
    /// Whether a value is the platform's ciphertext, which only the app that it was made for can use.
    fn is_encrypted(&self, _value: &str) -> bool {
        false
    }

    /// What a value has of components' variables, which the platform fills in.
    fn references<'a>(&self, _value: &'a str) -> Vec<Reference<'a>> {
        Vec::new()
    }

    /// Whether a value has a part that only the platform can fill in.
    fn is_filled_in(&self, _value: &str) -> bool {
        false
    }

    /// Whether a `${…}` is written as the platform's own are, whether what it names exists or not.
    fn is_own(&self, _part: &str) -> bool {
        false
    }

    /// What a reference leads to whose component the app does not declare: no other component has such a variable.
    fn undeclared(&self, _reference: &Reference<'_>) -> Option<Holds> {
        None
    }
}

/// Every `${…}` in a value, and what stands between the braces.
pub(crate) fn braced(value: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let start = rest.find("${")?;
        let end = start + rest[start..].find('}')?;
        let found = (&rest[start..=end], &rest[start + 2..end]);
        rest = &rest[end + 1..];
        Some(found)
    })
}
