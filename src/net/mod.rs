//! The one HTTP client: deadlines, retry policy, and errors that say what the server said.

pub(crate) mod client;
pub(crate) mod error;
pub(crate) mod limit;
pub(crate) mod retry;
