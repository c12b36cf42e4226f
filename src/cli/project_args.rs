//! Which repository a command is about, and where its files are.

use std::path::PathBuf;

use clap::Args;

use super::diagnostics_args::Diagnostics;

/// Where the repository is, and what was set for it.
#[derive(Args, Clone, Debug)]
pub(crate) struct Project {
    /// The repository on GitHub [default: `GITHUB_REPOSITORY`]
    #[arg(long, value_name = "OWNER/NAME")]
    pub(crate) repo: Option<String>,
    /// The configuration file [default: do-deploy.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<String>,
    /// The folder in which manifest and configuration are looked for
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) working_directory: PathBuf,
    #[command(flatten)]
    pub(crate) diagnostics: Diagnostics,
}
