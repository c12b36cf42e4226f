//! The app spec: parse, check, print, diff, and the preview transformation. Pure.

mod bindings;
mod check;
mod component;
mod credentials;
mod dialect;
mod diff;
mod document;
mod env;
mod env_set;
mod export;
mod former;
mod guard;
mod health;
mod images;
mod jobs;
mod manifests;
mod marks;
mod notation;
mod offline;
mod parse;
pub(crate) mod preview;
pub(crate) mod production;
mod refused;
mod region;
mod route;
pub(crate) mod scaffold;
mod secrets;
mod secure_header;
mod shown;
mod start;
mod types;

pub(crate) use component::source;
pub(crate) use dialect::{APP_SPEC, AppSpec};
pub(crate) use document::name_of;
pub(crate) use marks::marks;

#[cfg(test)]
mod tests;
