//! The manifest by itself: what is wrong with it, before anything is deployed.

pub(crate) mod check;
