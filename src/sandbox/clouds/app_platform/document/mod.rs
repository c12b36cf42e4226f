//! The app spec as the platform reads it: typed views over JSON that keeps whatever it does not know.

pub(crate) mod catalogue;
pub(crate) mod check;
pub(crate) mod component;
pub(crate) mod env;
pub(crate) mod envs;
pub(crate) mod fields;
pub(crate) mod limits;
pub(crate) mod normalise;
pub(crate) mod secrets;
pub(crate) mod sources;
pub(crate) mod spec;
