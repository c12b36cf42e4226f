//! Stories that need the whole program in one process.

#[cfg(feature = "sandbox")]
mod moved_platform;
#[cfg(feature = "sandbox")]
mod second_platform;
#[cfg(feature = "sandbox")]
mod stage;
