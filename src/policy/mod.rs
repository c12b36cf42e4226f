//! Rules that hold on every platform. Pure: no clock, no network, no environment variable.

pub(crate) mod announcement;
pub(crate) mod changes;
pub(crate) mod datastores;
pub(crate) mod dockerfile;
pub(crate) mod images;
pub(crate) mod literal;
pub(crate) mod replace;
pub(crate) mod secret_names;
pub(crate) mod shell;
pub(crate) mod yaml;
