//! The app spec: parse, check, print, diff, and the preview transformation. Pure.

mod bindings;
mod check;
mod credentials;
mod dialect;
mod diff;
mod env_set;
mod export;
mod facts;
mod former;
mod guard;
mod health;
mod images;
mod jobs;
mod manifests;
mod names;
mod notation;
mod offline;
mod parse;
pub(crate) mod preview;
pub(crate) mod production;
mod refused;
mod region;
pub(crate) mod scaffold;
mod secrets;
mod secure_header;
mod shown;
mod start;

use super::document::{self, component, env, marks};
pub(crate) use dialect::{APP_SPEC, AppSpec};

#[cfg(test)]
mod tests;
