//! Secrets as a type, and the redactor that keeps them out of everything printed.

pub(crate) mod credential;
mod forms;
mod labelled;
mod redactor;
mod secret;
mod shapes;

pub(crate) use redactor::Redactor;
pub(crate) use secret::Secret;

const HIDDEN: &str = "***";

/// Shorter values hide too much: masking `1` or `main` would blank every log.
const SHORTEST_MASKED: usize = 6;
