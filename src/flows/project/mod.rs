//! What a flow acts on: the repository, its files at a commit, its pull requests, and which apps are its own.

pub(crate) mod app_revision;
pub(crate) mod apps;
pub(crate) mod checkout;
pub(crate) mod git;
pub(crate) mod links;
pub(crate) mod own;
pub(crate) mod ownership;
pub(crate) mod pull;
pub(crate) mod repository_names;
pub(crate) mod revision;
pub(crate) mod secrets;
pub(crate) mod source;
pub(crate) mod target;
pub(crate) mod unmerged;
