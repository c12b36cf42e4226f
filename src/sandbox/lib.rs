//! The stand-in cloud: DigitalOcean's and GitHub's APIs over real local processes.
//!
//! A crate of its own: it uses nothing of the rest of the program, so that one misreading of a vendor's document cannot
//! agree with itself.

mod account;
mod api;
mod changes;
mod clock;
mod clouds;
pub mod command;
pub mod demo;
mod edge;
mod github;
mod ids;
mod log;
mod page;
mod processes;
mod repository;
mod server;

pub use self::processes::exec;
