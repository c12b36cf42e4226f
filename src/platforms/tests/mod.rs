//! A second platform, the smallest that can be: what it needs of the program is what any other needs.

#[cfg(feature = "sandbox")]
pub(crate) mod folder;
