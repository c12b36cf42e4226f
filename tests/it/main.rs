//! Runs the program that users run against the sandbox that ships with it; one file per flow.
#![cfg(all(feature = "sandbox", target_os = "linux"))]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says why on stderr"
)]

/// Says which `no` of the page on security a test holds: who, and what they cannot do. `docs::security` reads it.
macro_rules! holds {
    ($who:literal, [$($what:literal),+ $(,)?]) => {};
}

mod contract;
mod copies;
mod harness;

mod action;
mod auto;
mod bad_input;
mod checks;
mod comment;
mod demo;
mod deploy;
mod docs;
mod dry_run;
mod foreign_logs;
mod hostile_api;
mod images;
mod init;
mod logs;
mod ownership;
mod preview;
mod redeploy;
mod redirects;
mod release;
mod report;
mod roles;
mod rollback;
mod runner;
mod sandbox_access;
mod sandbox_digitalocean;
mod sandbox_github;
mod sandbox_runner;
mod sleep;
mod source;
mod status;
mod strangers;
mod sweep;
mod teardown;
mod texts;
mod tidy;
mod truth;
mod unwritten;
mod verify;
mod wait;
mod working_directory;
