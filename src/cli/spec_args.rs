//! The flags of the commands about the manifest alone.

use clap::{Args, Subcommand, ValueEnum};

use super::project_args::Project;
use crate::flows::spec::check;

#[derive(Args, Debug)]
pub(crate) struct SpecArgs {
    #[command(subcommand)]
    pub(crate) command: SpecCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SpecCommand {
    /// Find what the platform would refuse or ignore, before any request
    Check(CheckArgs),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) project: Project,
    /// The manifest [default: those of the configuration, else the one that is found in the repository]
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// For whom [default: github under GitHub Actions, else text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// The same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The offending text underlined
    Text,
    /// Annotations of a workflow's run
    Github,
    /// One JSON document
    Json,
}

impl CheckArgs {
    pub(crate) fn json(&self) -> bool {
        self.json || self.format == Some(Format::Json)
    }

    pub(crate) fn request(&self, is_ci: bool) -> check::Request {
        check::Request {
            path: self.path.clone(),
            format: match self.format {
                _ if self.json() => check::Format::Json,
                Some(Format::Text) => check::Format::Text,
                Some(Format::Github) => check::Format::GitHub,
                _ if is_ci => check::Format::GitHub,
                _ => check::Format::Text,
            },
        }
    }
}
