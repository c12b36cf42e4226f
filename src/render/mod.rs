//! Handlebars templates and the typed views they take.

mod answer;
pub(crate) mod body;
mod commits;
pub(crate) mod context;
mod failure;
pub(crate) mod findings;
mod listing;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod production;
mod row;
pub(crate) mod standings;
mod state;
mod templates;
mod view;
