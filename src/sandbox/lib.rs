//! The stand-in cloud: DigitalOcean's and GitHub's APIs over real local processes.
//!
//! A world of its own: it imports nothing from the rest of the program, so that one misreading of a vendor's
//! document cannot agree with itself.

mod account;
mod api;
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
