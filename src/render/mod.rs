//! Handlebars templates and the typed views they take.

mod answer;
pub(crate) mod body;
mod failure;
mod listing;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod production;
mod row;
pub(crate) mod standings;
mod templates;
mod view;
