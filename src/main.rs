//! Deploys to DigitalOcean App Platform, proves what serves, and says so.

mod actions;
mod cli;
mod config;
mod flows;
mod github;
mod health;
mod model;
mod net;
mod platform;
mod redact;
mod render;
mod report;
mod spec;
mod wait;

fn main() -> std::process::ExitCode {
    cli::main()
}
