//! The preview of a pull request: made, reused, skipped and interrupted.

mod allowed_sources;
mod app;
mod budget;
mod hints;
mod interruption;
mod limit_setting;
mod own_stores;
mod production_stores;
mod rate_limits;
mod retried_request;
mod skipped_previews;
mod spec;
