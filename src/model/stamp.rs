//! The place of a run in the order of runs.

use std::fmt;

/// GitHub's run ids grow, and so do the attempts of one run: the greater stamp is the newer run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    pub(crate) id: u64,
    pub(crate) attempt: u64,
}

impl Stamp {
    /// Reads `ID:ATTEMPT`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, attempt) = text.split_once(':')?;
        Some(Self {
            id: id.parse().ok()?,
            attempt: attempt.parse().ok()?,
        })
    }
}

/// `ID:ATTEMPT`.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Stamp;

    #[test]
    fn a_later_attempt_of_the_same_run_is_newer() {
        let first = Stamp { id: 9, attempt: 2 };
        assert!(first < Stamp { id: 9, attempt: 10 } && first < Stamp { id: 10, attempt: 1 });
        assert_eq!(Stamp::parse(&first.to_string()), Some(first));
        assert_eq!(Stamp::parse("9"), None);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_a_stamp_is_two_numbers(text in prop_oneof!["[0-9]{1,21}:[0-9]{1,21}", "[+0-9: -]{0,12}", any::<String>()], id in any::<u64>(), attempt in any::<u64>()) {
            let stamp = Stamp { id, attempt };
            prop_assert_eq!(Stamp::parse(&stamp.to_string()), Some(stamp));
            if let Some(read) = Stamp::parse(&text) {
                prop_assert_eq!(Stamp::parse(&read.to_string()), Some(read));
                prop_assert!(text.chars().all(|c| c.is_ascii_digit() || c == ':' || c == '+'), "{:?}", text);
            }
        }
    }
}
