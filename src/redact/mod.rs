//! Secrets as a type, foreign text as a type, and the redactors that stand between the two and everything printed.

mod around;
mod assignments;
pub(crate) mod credential;
mod cut;
mod decode;
mod encoded;
mod encodings;
mod input;
mod learned;
mod lines;
mod machines;
mod named;
mod pair;
mod patterns;
pub(crate) mod published;
mod quote;
mod random;
mod redactor;
mod reference;
mod secret;
mod sentence;
mod separator;
pub(crate) mod strip;
mod target;
mod untrusted;

pub(crate) use random::has_long_run;
pub(crate) use redactor::Redactor;
pub(crate) use reference::is_code;
pub(crate) use secret::Secret;
pub(crate) use target::{TargetRedactor, TargetSecrets};
pub(crate) use untrusted::{Clean, Untrusted};

const HIDDEN: &str = "***";

/// Shorter values hide too much: masking `1` or `main` would blank every log.
const SHORTEST_MASKED: usize = 6;
