//! The one HTTP client: deadlines, retry policy, and errors that say what the server said.

pub(crate) mod answer;
mod body;
mod certificate;
pub(crate) mod client;
mod clock;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod http;
pub(crate) mod limit;
pub(crate) mod limit_end;
pub(crate) mod links;
pub(crate) mod listing;
mod patience;
pub(crate) mod proxy;
pub(crate) mod redirects;
pub(crate) mod retry;
pub(crate) mod service;
mod shape;
pub(crate) mod trace;
mod trust;
pub(crate) mod unreachable;
