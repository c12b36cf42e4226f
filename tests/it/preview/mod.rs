//! The preview of a pull request: made, reused, skipped and interrupted.

mod allowed;
mod app;
mod held_up;
mod hints;
mod interruption;
mod limit;
mod limits;
mod own;
mod skipping;
mod spec;
mod stores;
