//! What the runner sees: masks, annotations, groups, files, signals; and foreign text that must not speak to it.

mod annotations;
mod cancellation;
mod foreign_text;
mod limits;
mod masking;
