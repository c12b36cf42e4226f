//! Recognises a database or another store by its host, its scheme, or the name of a variable that leads to it.

pub(crate) mod address;
pub(crate) mod engine;
pub(crate) mod file;
pub(crate) mod hosts;
pub(crate) mod keys;
pub(crate) mod role;
pub(crate) mod schemes;
pub(crate) mod stores;
pub(crate) mod words;

/// What a host, a scheme or a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Database,
    Other,
}
