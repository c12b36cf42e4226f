//! Runs components for real: checkout, build, processes with a disk of their own, jobs, development databases.

pub(crate) mod build;
pub(crate) mod component;
mod disk;
mod environment;
pub mod exec;
mod exit;
mod instance;
pub(crate) mod job;
mod lines;
pub(crate) mod plan;
mod port;
pub(crate) mod postgres;
mod private_tmp;
mod probe;
mod process;
pub(crate) mod runner;
mod scaling;
pub(crate) mod service;
mod stray;
mod supervise;
pub(crate) mod traffic;
pub(crate) mod upstream;
