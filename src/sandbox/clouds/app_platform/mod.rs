//! DigitalOcean's App Platform: its document, what it does with it, and its API.
pub(crate) mod api;
pub(crate) mod document;
pub(crate) mod domain;
pub(crate) mod refusal;
