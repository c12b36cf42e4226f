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
mod copied_marks;
mod harness;

mod abuse;
mod action;
mod apps;
mod architecture;
mod auto;
mod bad_input;
mod comment;
mod demo;
mod deploy;
mod deployment_checks;
mod diagnostics;
mod docs;
mod dry_run;
mod foreign_logs;
mod hostile_api;
mod images;
mod init;
mod interrupted;
mod logs;
mod logs_and_summaries;
mod output_errors;
mod ownership;
mod permissions;
mod preview;
mod redeploy;
mod redirects;
mod release;
mod report;
mod rollback;
mod runner;
mod sandbox_access;
mod sandbox_digitalocean;
mod sandbox_github;
mod sandbox_runner;
mod several_apps;
mod sleep;
mod source;
mod spec_check;
mod status;
mod sweep;
mod teardown;
mod verify;
mod wait;
mod working_directory;
