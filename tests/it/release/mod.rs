//! A release in the order of its workflow, with a stand-in for `gh` and a bare repository as the remote.

mod assets;
mod manifest;
mod next_version;
mod order;
mod publishing;
mod ran;
mod version;
mod world;
