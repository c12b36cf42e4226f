//! What an update took from the version that is still live, and whether that version works without it.

use std::fmt;

/// Of an update whose deployment did not take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Aftermath {
    /// As it stands in a sentence: ``its database `db` was destroyed``. Never empty.
    pub(crate) lost: Vec<String>,
    pub(crate) seen: Seen,
}

/// What the version that is live answered after the update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Good,
    /// What was wrong: `https://shop.example/health answered 500`.
    Bad(String),
    /// Why it was not asked, or could not be.
    Unasked(String),
}

impl Aftermath {
    /// Before anything was asked.
    pub(crate) fn of(lost: Vec<String>) -> Option<Self> {
        let seen = Seen::Unasked("this run ended before it was asked".to_owned());
        (!lost.is_empty()).then_some(Self { lost, seen })
    }

    /// `None`: not known.
    pub(crate) fn works(&self) -> Option<bool> {
        match self.seen {
            Seen::Good => Some(true),
            Seen::Bad(_) => Some(false),
            Seen::Unasked(_) => None,
        }
    }
}

/// What is said of the version, after its commit: ``may not work: its database `db` was destroyed, and …``.
impl fmt::Display for Aftermath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lost = self.lost.join(", ");
        match &self.seen {
            Seen::Good => write!(f, "keeps serving and answers as expected, although {lost}"),
            Seen::Bad(seen) => write!(f, "may not work: {lost}, and {seen}"),
            Seen::Unasked(why) => write!(f, "may not work: {lost}; it was not checked: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Aftermath, Seen};

    #[test]
    fn only_a_good_answer_lets_it_keep_serving() {
        let said = |seen| {
            let lost = vec!["its database `db` was destroyed".to_owned()];
            let aftermath = Aftermath { lost, seen };
            format!("`1234567` {aftermath}")
        };
        assert_eq!(
            said(Seen::Good),
            "`1234567` keeps serving and answers as expected, although its database `db` was destroyed"
        );
        assert_eq!(
            said(Seen::Bad("`/health` answered 500".to_owned())),
            "`1234567` may not work: its database `db` was destroyed, and `/health` answered 500"
        );
        assert_eq!(
            said(Seen::Unasked("the platform names no URL".to_owned())),
            "`1234567` may not work: its database `db` was destroyed; it was not checked: the platform names no URL"
        );
        assert_eq!(Aftermath::of(Vec::new()), None);
    }
}
