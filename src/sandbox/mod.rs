//! The stand-in cloud: DigitalOcean's and GitHub's APIs over real local processes.
//!
//! A world of its own: it imports nothing from the rest of the program, so that one misreading of a vendor's
//! document cannot agree with itself.

pub(crate) mod account;
pub(crate) mod clock;
pub(crate) mod demo;
pub(crate) mod edge;
pub(crate) mod github;
pub(crate) mod log;
pub(crate) mod repository;
pub(crate) mod runner;
