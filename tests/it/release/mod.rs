//! A release in the order of its workflow, with a stand-in for `gh` and a bare repository as the remote.

mod assets;
mod manifest;
mod next_version;
mod project;
mod publishing;
mod script_result;
mod step_order;
mod version;
