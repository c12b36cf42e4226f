//! The stand-in cloud: DigitalOcean's and GitHub's APIs over real local processes.
//!
//! A world of its own: it imports nothing from the rest of the program, so that one misreading of a vendor's
//! document cannot agree with itself.

mod account;
mod address;
mod api;
mod audit;
mod clock;
pub mod command;
mod controls;
pub mod demo;
mod digitalocean;
mod edge;
mod faults;
mod git;
mod github;
mod log;
mod page;
mod record;
mod repository;
mod requests;
mod runner;
mod server;
mod tokens;
mod world;

pub use runner::exec;
