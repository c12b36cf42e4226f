//! Holds every exchange of the tests to the vendors' own OpenAPI documents.
//!
//! The sandbox and the clients share no type, so one misreading of a document could only agree with itself if both
//! made it; the documents are the third party that catches it. Exempt are injected faults, requests that a test sends
//! wrong on purpose, and the documents' own mistakes (`known_mistakes`).

mod check;
mod document;
mod exchange;
mod known_mistakes;
mod self_check;

pub(crate) use check::check;
pub(crate) use exchange::{Exchange, read};
