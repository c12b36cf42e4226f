//! What is wrong, or doubtful, in a file that people write: where it stands, why, and what to do about it.

use std::ops::Range;

use super::failure::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// The platform refuses it, or it cannot work.
    Error,
    /// The platform ignores it, or it probably does not do what is meant.
    Warning,
}

impl Severity {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    /// Which check found it, as the documentation names it.
    pub(crate) check: &'static str,
    /// What, why, where and what to do.
    pub(crate) failure: Failure,
    /// The bytes of the file that it is about.
    pub(crate) bytes: Option<Range<usize>>,
}

/// The text of a file with every byte of these ranges hidden, and nothing else moved.
pub(crate) fn masked(text: &str, hidden: &[Range<usize>]) -> String {
    let mut is_hidden = vec![false; text.len()];
    for range in hidden {
        let end = range.end.min(text.len());
        is_hidden[range.start.min(end)..end].fill(true);
    }
    let mut masked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c != '\n' && c != '\r' && is_hidden[at] {
            true => masked.extend(std::iter::repeat_n('*', c.len_utf8())),
            false => masked.push(c),
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_is_hidden_moves_nothing() {
        let text = "name: shop\nservices:\n- name: Wéb\n  # hunter22\n";
        let start = text.find("Wéb").expect("it is there");
        let secret = text.find("hunter22").expect("it is there");
        let hidden = masked(text, &[start..start + 4, secret..secret + 8]);
        assert_eq!(hidden, "name: shop\nservices:\n- name: ****\n  # ********\n");
    }
}
