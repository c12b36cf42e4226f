//! The stand-in cloud: DigitalOcean's and GitHub's APIs over real local processes.
//!
//! A world of its own: it imports nothing from the rest of the program, so that one misreading of a vendor's
//! document cannot agree with itself.

pub(crate) mod account;
pub(crate) mod address;
pub(crate) mod api;
pub(crate) mod audit;
pub(crate) mod clock;
pub(crate) mod command;
pub(crate) mod controls;
pub(crate) mod demo;
pub(crate) mod digitalocean;
pub(crate) mod edge;
pub(crate) mod faults;
pub(crate) mod git;
mod github;
pub(crate) mod log;
pub(crate) mod page;
mod record;
pub(crate) mod repository;
pub(crate) mod requests;
pub(crate) mod runner;
pub(crate) mod server;
pub(crate) mod tokens;
pub(crate) mod world;
