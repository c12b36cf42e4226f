//! The app spec: parse, check, print, diff, and the preview transformation. Pure.

mod bindings;
mod change;
mod check;
mod component;
mod credentials;
mod datastore;
mod diff;
mod document;
mod env;
mod export;
mod find;
mod former;
mod guard;
mod health;
mod hidden;
mod images;
mod jobs;
mod literal;
mod marks;
mod migration;
mod names;
mod offline;
mod parse;
mod pieces;
mod placeholder;
mod policy;
pub(crate) mod preview;
pub(crate) mod production;
mod refused;
mod region;
mod route;
pub(crate) mod scaffold;
mod secrets;
mod secure_header;
mod shell;
mod shown;
mod start;
mod types;
mod yaml;

pub(crate) use component::{
    Kind, SourceKind, components, is_built_elsewhere, is_job, names_on_github, source, sources,
};
pub(crate) use diff::{diff, show};
pub(crate) use document::{AppSpec, print};
pub(crate) use export::exported;
pub(crate) use find::{USUAL, find_default};
pub(crate) use parse::parse;
pub(crate) use shell::quote as shell_word;
pub(crate) use yaml::scalar;

pub(crate) use health::runs_at;
pub(crate) use health::{Question, domains, front, has_http, public_components, questions, roots_of_checked};
pub(crate) use images::Images;
pub(crate) use jobs::migrates;
pub(crate) use marks::{marks, without_commit};
pub(crate) use migration::Announcement;
pub(crate) use offline::{Offline, offline};
pub(crate) use production::{Replace, same_places, taken_by_going_back};
pub(crate) use secrets::{secret_names, secret_values, secrets_given};
pub(crate) use secure_header::{SecureHeader, secure_header, with_secure_header_of};
pub(crate) use start::wanted_files;

#[cfg(test)]
mod tests;
