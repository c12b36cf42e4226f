//! The verbs of the program, a folder for each noun that they are about.

pub(crate) mod auto;
pub(crate) mod comment;
pub(crate) mod context;
pub(crate) mod failure;
pub(crate) mod flags;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod preview;
pub(crate) mod production;
pub(crate) mod project;
pub(crate) mod redeploy;
mod rollout;
pub(crate) mod sentence;
pub(crate) mod spec;
