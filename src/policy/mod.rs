//! Rules that hold on every platform. Pure: no clock, no network, no environment variable.

pub(crate) mod adoption;
pub(crate) mod announcement;
#[cfg_attr(not(test), expect(dead_code, reason = "the flows of several apps will use it"))]
pub(crate) mod app_graph;
pub(crate) mod changes;
pub(crate) mod credentials;
pub(crate) mod datastores;
pub(crate) mod dockerfile;
pub(crate) mod env;
pub(crate) mod env_values;
pub(crate) mod hidden;
pub(crate) mod images;
pub(crate) mod literal;
#[cfg_attr(not(test), expect(dead_code, reason = "the flows of several apps will use it"))]
pub(crate) mod manifest_names;
pub(crate) mod pieces;
pub(crate) mod placeholder;
pub(crate) mod prepare;
pub(crate) mod preview_env;
pub(crate) mod preview_guard;
pub(crate) mod preview_reach;
pub(crate) mod replace;
pub(crate) mod secret_filling;
pub(crate) mod secret_names;
pub(crate) mod secret_values;
pub(crate) mod shell;
pub(crate) mod shown;
pub(crate) mod start_command;
pub(crate) mod yaml;
