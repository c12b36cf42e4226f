//! action.yml as a runner runs it: its two steps, over the folders, variables and shells that jobs have.
//!
//! The program that is installed is either a small script, where only the way to it is told, or the one under test.

mod cache;
mod cancellation;
mod container;
mod definition;
mod documents;
mod download;
mod first_preview;
mod hostile;
mod inputs;
mod life;
mod mirror;
mod platforms;
mod runner;
mod source;
mod tree;
