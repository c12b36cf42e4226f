//! action.yml as a runner runs it: its two steps, over the folders, variables and shells that jobs have.
//!
//! The program that is installed is either a small script, where only the way to it matters, or the one under test.

mod action_commit;
mod cache;
mod cancellation;
mod container;
mod definition;
mod documents;
mod download;
mod first_preview;
mod hostile_environment;
mod inputs;
mod mirror;
mod platforms;
mod repository_life;
mod runner;
mod source;
