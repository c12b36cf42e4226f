//! The clouds that the sandbox stands in for, a folder each. `/v1` is left for the next one.
pub(crate) mod app_platform;
