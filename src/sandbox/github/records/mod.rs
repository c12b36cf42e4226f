//! What GitHub keeps about a mounted repository beyond Git itself.
pub(crate) mod following;
pub(crate) mod hosted;
pub(crate) mod merging;
pub(crate) mod pull;
pub(crate) mod user;
