//! Handlebars templates and the typed views they take.

mod answer;
mod failure;
pub(crate) mod body;
pub(crate) mod markdown;
pub(crate) mod page;
mod row;
mod templates;
mod view;
