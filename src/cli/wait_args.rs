//! The flags of `wait`, which reads no file and knows no cloud.

use std::time::Duration;

use clap::Args;

use super::diagnostics_args::Diagnostics;
use super::duration::duration;
use super::target_args::App;
use crate::model::commit::Sha;
use crate::model::environment::pull_number;

#[derive(Args, Clone, Debug)]
pub(crate) struct WaitArgs {
    /// The pull request
    #[arg(long, value_name = "N", value_parser = pull_number)]
    pub(crate) pr: u64,
    /// The commit whose preview is waited for
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Sha,
    #[command(flatten)]
    pub(crate) app: App,
    /// The repository on GitHub [default: `GITHUB_REPOSITORY`]
    #[arg(long, value_name = "OWNER/NAME")]
    pub(crate) repo: Option<String>,
    /// Give up after so long, such as `45m` [default: 30m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Report as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) diagnostics: Diagnostics,
}
