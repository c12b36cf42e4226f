//! What the runner sees: masks, annotations, groups, files, signals; and foreign text that must not speak to it.

mod annotations;
mod broken_environment;
mod cancellation;
mod foreign_text;
mod masking;
