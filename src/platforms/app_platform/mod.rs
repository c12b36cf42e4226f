//! DigitalOcean App Platform: its app spec, its plans, its API.

mod api;
mod document;
mod platform;
mod spec;
mod words;

pub(crate) use api::AppPlatform;
pub(crate) use spec::APP_SPEC;
