//! Values that a text gives away in one of its lines, and shows alone in others.

use std::collections::BTreeSet;

use super::secret::{Secret, is_everyday};

/// Shortest value that is learned: a shorter one hides too much of what is not known to be about it.
const SHORTEST: usize = 8;

/// More values than a text gives away that was not made to be slow.
const MOST: usize = 500;

/// Words that stand behind names in logs, and in settings that protect nothing.
const WORDS: [&str; 14] = [
    "changeme",
    "configured",
    "database",
    "example",
    "generated",
    "incorrect",
    "password",
    "passwords",
    "postgres",
    "postgresql",
    "provided",
    "required",
    "undefined",
    "username",
];

/// What was learned from the lines of one text.
#[derive(Debug, Default)]
pub(super) struct Learned {
    values: BTreeSet<String>,
}

impl Learned {
    /// Returns whether a value is new.
    pub(super) fn add(&mut self, value: &str) -> bool {
        self.values.len() < MOST && self.values.insert(value.to_owned())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// As it was printed, and as it is where quotes around it asked for escapes.
    pub(super) fn forms(&self) -> impl Iterator<Item = String> {
        self.secrets().flat_map(|secret| secret.forms())
    }

    /// The values and their parts.
    pub(super) fn parts(&self) -> impl Iterator<Item = String> {
        self.secrets().flat_map(|secret| secret.parts())
    }

    fn secrets(&self) -> impl Iterator<Item = Secret> {
        self.values.iter().flat_map(|value| {
            let unescaped = serde_json::from_str::<String>(&format!("\"{value}\"")).ok();
            let spellings = [Some(value.clone()), unescaped.filter(|it| it != value)];
            let secrets = spellings.into_iter().flatten().filter_map(|it| Secret::new(&it));
            secrets.collect::<Vec<_>>()
        })
    }
}

/// Whether a value behind a secret's name can be distinguished from the words of a log; `before`: what stands before
/// it.
pub(super) fn is_distinct(value: &str, before: &str) -> bool {
    // What follows a colon may be a sentence about the name.
    let is_sentence = before.trim_end().ends_with(':')
        && value.contains(' ')
        && value.chars().all(|c| c.is_alphabetic() || " ,.'-".contains(c));
    let is_word = is_everyday(value) || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word));
    value.len() >= SHORTEST && !is_word && !is_sentence
}

/// Whether a value is no word, whatever stands before it.
pub(super) fn is_mixed(value: &str) -> bool {
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    value.len() >= SHORTEST && has(|c| c.is_ascii_digit()) && has(|c| c.is_ascii_alphabetic())
}
