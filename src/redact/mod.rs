//! Secrets as a type, foreign text as a type, and the redactors that stand between the two and everything printed.

mod around;
pub(crate) mod credential;
mod cut;
mod decode;
mod encoded;
mod foreign;
mod forms;
mod input;
mod labelled;
mod learned;
mod lines;
mod machines;
mod named;
mod pair;
pub(crate) mod published;
mod quote;
mod random;
mod redactor;
mod reference;
mod secret;
mod sentence;
mod separator;
mod shapes;
pub(crate) mod strip;
mod target;

pub(crate) use foreign::{Clean, Foreign};
pub(crate) use random::has_long_run;
pub(crate) use redactor::Redactor;
pub(crate) use reference::is_code;
pub(crate) use secret::Secret;
pub(crate) use target::{TargetRedactor, TargetSecrets};

const HIDDEN: &str = "***";

/// Shorter values hide too much: masking `1` or `main` would blank every log.
const SHORTEST_MASKED: usize = 6;
