//! The runner's protocol: environment, events, workflow commands, output and summary files.

pub(crate) mod commands;
pub(crate) mod console;
pub(crate) mod diagnostics;
pub(crate) mod fold;
pub(crate) mod outputs;
pub(crate) mod progress;
pub(crate) mod run;
pub(crate) mod sanitize;
pub(crate) mod summary;
mod terminal;
pub(crate) mod timings;
