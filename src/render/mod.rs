//! Handlebars templates and the typed views they take.

mod answer;
pub(crate) mod body;
pub(crate) mod markdown;
pub(crate) mod page;
pub(crate) mod production;
mod templates;
mod view;
