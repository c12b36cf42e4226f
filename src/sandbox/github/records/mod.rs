//! What GitHub keeps about a mounted repository beyond Git itself.
pub(crate) mod comment;
pub(crate) mod commit;
pub(crate) mod deployment;
pub(crate) mod environment;
pub(crate) mod following;
pub(crate) mod hosted;
pub(crate) mod label;
pub(crate) mod limits;
pub(crate) mod merging;
pub(crate) mod pull;
pub(crate) mod reaction;
pub(crate) mod run;
pub(crate) mod user;
