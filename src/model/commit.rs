//! A Git commit as people and clouds name it.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// Digits of a SHA-1; a SHA-256 has more.
const WHOLE: usize = 40;

/// A full 40-digit SHA-1 in lower case, or whatever the cloud gave for one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub(crate) struct Sha(String);

impl Sha {
    pub(crate) fn new(sha: impl Into<String>) -> Self {
        Self(sha.into().trim().to_ascii_lowercase())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The seven digits that GitHub shows.
    pub(crate) fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }

    /// Whether it is no abbreviation.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.len() >= WHOLE
    }

    /// Whether one is the other, or its abbreviation of at least seven digits.
    pub(crate) fn is(&self, other: &Sha) -> bool {
        let (a, b) = (&self.0, &other.0);
        a == b || (a.len().min(b.len()) >= 7 && (a.starts_with(b.as_str()) || b.starts_with(a.as_str())))
    }
}

/// As people write one: 7 to 40 hexadecimal digits.
impl FromStr for Sha {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_sha = (7..=40).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit());
        is_sha
            .then(|| Self::new(text))
            .ok_or_else(|| "a commit is 7 to 40 hexadecimal digits".to_owned())
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Sha;

    #[test]
    fn an_abbreviation_is_the_commit_it_abbreviates() {
        let full = Sha::new("ABCDEF0123456789abcdef0123456789abcdef01");
        assert!(full.is(&Sha::new("abcdef0")));
        assert!(!full.is(&Sha::new("abcde")), "fewer than seven digits prove nothing");
        assert_eq!(full.short(), "abcdef0");
    }

    #[test]
    fn people_write_7_to_40_hexadecimal_digits() {
        let forty = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!("ABCDEF0".parse(), Ok(Sha::new("abcdef0")));
        assert_eq!(forty.parse(), Ok(Sha::new(forty)));
        for wrong in ["abcdef", "main", "abcdefg", &format!("{forty}8"), ""] {
            assert!(wrong.parse::<Sha>().is_err(), "{wrong}");
        }
    }
}
