//! Deploys to DigitalOcean App Platform, proves what serves, and says so.

mod actions;
mod cli;
mod config;
mod flows;
mod github;
mod health;
mod model;
mod net;
mod platforms;
mod policy;
mod redact;
mod render;
mod report;
mod wait;

fn main() -> std::process::ExitCode {
    cli::main()
}
