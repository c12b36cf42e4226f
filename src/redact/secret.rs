//! A value that is never printed, and every form in which it may turn up.

use std::fmt;

use super::encodings::{connection_passwords, forms_of, lines_and_fields};
use super::{HIDDEN, SHORTEST_MASKED};

/// `Debug` shows `***`, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// `None` for a value that is empty after trimming: a variable that is set but empty counts as missing.
    pub(crate) fn new(value: &str) -> Option<Self> {
        let value = value.trim();
        (!value.is_empty()).then(|| Self(value.to_owned()))
    }

    /// The passwords in a connection string that is no secret as a whole.
    pub(crate) fn in_connection(value: &str) -> Vec<Self> {
        let passwords = connection_passwords(value);
        passwords.iter().filter_map(|password| Self::new(password)).collect()
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The value and its parts: lines, fields of a document, the password of a connection string. Nothing for a short
    /// value.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = vec![self.0.clone()];
        parts.extend(lines_and_fields(&self.0));
        parts.extend(connection_passwords(&self.0));
        parts.retain(|part| part.len() >= SHORTEST_MASKED && !is_everyday(part));
        parts
    }

    /// Every form in which the value may turn up, longest first: itself and its parts (lines, fields of JSON, the
    /// password of a connection string), each as programs encode and escape it. Nothing for a short value.
    pub(crate) fn forms(&self) -> Vec<String> {
        let mut forms: Vec<String> = self.parts().iter().flat_map(|part| forms_of(part)).collect();
        forms.retain(|form| form.len() >= SHORTEST_MASKED);
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        forms
    }
}

/// Longest number that is an everyday one, in digits: a port, a size in bytes, a timeout in milliseconds.
const LONGEST_NUMBER: usize = 8;

/// Values of settings, which are kept as secrets here and there: hiding them blanks logs and protects nothing.
const EVERYDAY: [&str; 12] = [
    "default",
    "development",
    "disabled",
    "enabled",
    "localhost",
    "preview",
    "production",
    "staging",
    "127.0.0.1",
    "0.0.0.0",
    "undefined",
    "optional",
];

pub(super) fn is_everyday(value: &str) -> bool {
    let is_number = value.len() <= LONGEST_NUMBER && value.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_number || EVERYDAY.iter().any(|word| value.eq_ignore_ascii_case(word))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}
