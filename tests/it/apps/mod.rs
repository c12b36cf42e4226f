//! Several apps of one repository, each with a manifest of its own.

mod each_app;
mod production;
