//! The app spec: parse, check, print, diff, and the preview transformation. Pure.

mod change;
mod check;
mod component;
mod diff;
mod document;
mod env;
mod find;
mod guard;
mod health;
mod jobs;
mod marks;
mod migration;
mod policy;
pub(crate) mod preview;
pub(crate) mod production;
mod secrets;
mod shell;
mod start;
mod store;
mod yaml;

pub(crate) use component::{Kind, components, sources};
pub(crate) use diff::{diff, show};
pub(crate) use document::{AppSpec, parse};
pub(crate) use find::{USUAL, find_default};

pub(crate) use health::{has_http, health_path};
pub(crate) use jobs::migrates;
pub(crate) use marks::marks;
pub(crate) use migration::{failed_migration, service_lines};
pub(crate) use secrets::{secret_names, secret_values};
pub(crate) use start::wanted_files;

#[cfg(test)]
mod tests;
