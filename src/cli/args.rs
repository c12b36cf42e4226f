//! The command line: every command with its flags, as clap types.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::diagnostics_args::LAST;
use super::duration::duration;
pub(crate) use super::project_args::Project;
use super::replace_arg::ReplaceArg;
use super::spec_args::SpecArgs;
pub(crate) use super::target_args::{App, NoApp, ONE_OF_SEVERAL, Target};
use super::wait_args::WaitArgs;
use crate::flows::inspect::logs::TAIL;
use crate::model::commit::Sha;
use crate::model::environment::{Environment, pull_number};
use crate::model::failure::Failure;
use crate::policy::images::Images;

/// Where `--help` lists the flags that come after a command's own.
const BELOW_OWN_FLAGS: usize = 100;

/// Deploys to DigitalOcean App Platform and proves what serves.
#[derive(Debug, Parser)]
#[command(name = "do-deploy", version, about, max_term_width = 100, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Choose from the event that started this run: what the action does by default
    Auto(AutoArgs),
    /// Deploy production, or a named environment, and prove that the new commit serves
    Deploy(DeployArgs),
    /// Create or update the preview of a pull request
    Preview(PreviewArgs),
    /// Remove the preview of a pull request
    Teardown(TeardownArgs),
    /// Deploy an environment again, also when nothing has changed
    Redeploy(RedeployArgs),
    /// Put an earlier deployment back into service and pin the app there
    Rollback(RollbackArgs),
    /// Remove previews whose pull request is closed or that have been idle for too long
    Sweep(SweepArgs),
    /// Ask a URL or an environment from outside whether it serves
    Verify(VerifyArgs),
    /// Wait until the preview of a commit serves, with nothing but a token that may read GitHub's deployments
    Wait(WaitArgs),
    /// Show what is deployed where
    Status(StatusArgs),
    /// Print the logs of an environment
    Logs(LogsArgs),
    /// Check the manifest, before anything is deployed
    Spec(SpecArgs),
    /// How action.yml starts the program: the step's inputs instead of flags
    #[command(hide = true)]
    Action,
    /// Write workflows and a first manifest into a repository, and say what is left to do
    Init(InitArgs),
    /// Run the stand-in cloud on this machine
    #[cfg(feature = "sandbox")]
    Sandbox(do_deploy_sandbox::command::SandboxArgs),
    /// Watch the whole product work, on the sandbox
    #[cfg(feature = "sandbox")]
    Demo(do_deploy_sandbox::demo::DemoArgs),
    /// The demo's notes service
    #[cfg(feature = "sandbox")]
    #[command(hide = true)]
    DemoApp(do_deploy_sandbox::demo::app::AppArgs),
    /// Starts one process of the sandbox with a disk of its own
    #[cfg(feature = "sandbox")]
    #[command(hide = true)]
    SandboxExec(do_deploy_sandbox::exec::ExecArgs),
}

/// What nearly every command takes: where the repository is, how the run speaks, and when it gives up.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) project: Project,
    /// Give up after so long, such as `30m` [default: from the configuration]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Report as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// The manifest, such as `.do/app.yaml` [default: found in the repository]
    #[arg(long, value_name = "FILE", display_order = BELOW_OWN_FLAGS)]
    pub(crate) spec: Option<String>,
    /// Show where the time went, as a table
    #[arg(long, display_order = LAST)]
    pub(crate) timings: bool,
}

/// Which images run, for apps that are deployed from a registry.
#[derive(Args, Clone, Debug)]
pub(crate) struct ImagesArg {
    /// Run this image in a component, such as `web=sha256:…`; several between spaces, commas or lines, or repeated
    #[arg(long = "images", value_name = "COMPONENT=DIGEST")]
    given: Vec<Images>,
}

impl ImagesArg {
    /// # Errors
    /// When a component is named twice.
    pub(crate) fn images(&self) -> Result<Images, Failure> {
        Images::merge(&self.given)
    }
}

#[derive(Args, Clone, Debug)]
pub(crate) struct AutoArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) app: App,
    #[command(flatten)]
    pub(crate) target: Target,
    /// For a dispatched run: the commit expected to serve
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<Sha>,
    /// For a dispatched rollback: a deployment's id, or a commit or an image's digest that an earlier one ran
    #[arg(long, value_name = "DEPLOYMENT|SHA|DIGEST")]
    pub(crate) to: Option<String>,
    /// For a dispatched run: build anew even if an earlier build could be reused
    #[arg(long)]
    pub(crate) force_build: bool,
    /// For a dispatched run: release the app from the rollback that pinned it
    #[arg(long)]
    pub(crate) release: bool,
    #[command(flatten)]
    pub(crate) images: ImagesArg,
    #[command(flatten)]
    pub(crate) replace: ReplaceArg,
    /// Show what would be done and touch nothing
    #[arg(long, display_order = BELOW_OWN_FLAGS + 1)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct DeployArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) app: App,
    /// `production` or another name from the configuration
    #[arg(long, value_name = "NAME", default_value = "production")]
    pub(crate) environment: Environment,
    /// Release the app from the rollback that pinned it
    #[arg(long)]
    pub(crate) release: bool,
    /// The commit expected to serve; stops if the branch's head is another one
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<Sha>,
    #[command(flatten)]
    pub(crate) images: ImagesArg,
    #[command(flatten)]
    pub(crate) replace: ReplaceArg,
    /// Show what would be done and touch nothing
    #[arg(long, display_order = BELOW_OWN_FLAGS + 1)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct PreviewArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) app: App,
    /// The pull request
    #[arg(long, value_name = "N", value_parser = pull_number)]
    pub(crate) pr: u64,
    /// The commit expected to serve; stops if the pull request's head is another one
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<Sha>,
    #[command(flatten)]
    pub(crate) images: ImagesArg,
    /// Show what would be done and touch nothing
    #[arg(long, display_order = BELOW_OWN_FLAGS + 1)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct TeardownArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) no_app: NoApp,
    /// The pull request
    #[arg(long, value_name = "N", value_parser = pull_number)]
    pub(crate) pr: u64,
    /// Show what would be done and touch nothing
    #[arg(long, display_order = BELOW_OWN_FLAGS + 1)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct RedeployArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) app: App,
    #[command(flatten)]
    pub(crate) target: Target,
    /// The commit expected to serve; stops if the branch's head is another one
    #[arg(long, value_name = "SHA")]
    pub(crate) commit: Option<Sha>,
    /// Build anew even if an earlier build could be reused
    #[arg(long)]
    pub(crate) force_build: bool,
    #[command(flatten)]
    pub(crate) images: ImagesArg,
    #[command(flatten)]
    pub(crate) replace: ReplaceArg,
    /// Show what would be done and touch nothing
    #[arg(long, display_order = BELOW_OWN_FLAGS + 1)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Clone, Debug)]
#[command(mut_arg("app", |it| it.help(ONE_OF_SEVERAL)))]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) app: App,
    /// `production` or another name from the configuration
    #[arg(long, value_name = "NAME", default_value = "production")]
    pub(crate) environment: Environment,
    /// A deployment's id, or a commit or an image's digest that an earlier one ran [default: the deployment before]
    #[arg(long, value_name = "DEPLOYMENT|SHA|DIGEST")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) replace: ReplaceArg,
    /// Show what would be done and touch nothing
    #[arg(long, display_order = BELOW_OWN_FLAGS + 1)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) project: Project,
    #[command(flatten)]
    pub(crate) no_app: NoApp,
    /// Give up after so long, such as `30m` [default: from the configuration]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Report as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Show what would be removed and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) app: App,
    #[command(flatten)]
    pub(crate) target: Target,
    /// Any URL, instead of an environment
    #[arg(value_name = "URL", conflicts_with_all = ["environment", "pr"])]
    pub(crate) url: Option<url::Url>,
    /// The path to ask for [default: from the configuration, the manifest, or `/`]
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// The status that is good [default: any below 500, or 2xx and 3xx for a configured path]
    #[arg(long, value_name = "STATUS", value_parser = clap::value_parser!(u16).range(100..600))]
    pub(crate) status: Option<u16>,
    /// A further check, such as `/admin=401`; may be repeated
    #[arg(long, value_name = "PATH=STATUS", value_parser = check)]
    pub(crate) check: Vec<(String, u16)>,
}

#[derive(Args, Clone, Debug)]
#[command(mut_arg("environment", |it| it.help("`production`, another name from the configuration, or `pr-N` [default: all]")))]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) project: Project,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) app: App,
    /// Report as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// The manifest, such as `.do/app.yaml` [default: found in the repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<String>,
}

#[derive(Args, Clone, Debug)]
#[command(mut_arg("app", |it| it.help(ONE_OF_SEVERAL)))]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) project: Project,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) app: App,
    /// Which log [default: run, or what there is where the app never ran]
    #[arg(long, value_enum)]
    pub(crate) kind: Option<LogsKind>,
    /// Only this component's lines
    #[arg(long, value_name = "NAME")]
    pub(crate) component: Option<String>,
    /// Of this deployment instead of the active one
    #[arg(long, value_name = "ID")]
    pub(crate) deployment: Option<String>,
    /// The last so many lines
    #[arg(long, value_name = "LINES", default_value_t = TAIL)]
    pub(crate) tail: usize,
    /// Go on printing new lines until interrupted
    #[arg(long)]
    pub(crate) follow: bool,
    /// Report as one JSON document on standard output
    #[arg(long, conflicts_with = "follow")]
    pub(crate) json: bool,
    /// The manifest, such as `.do/app.yaml` [default: found in the repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) project: Project,
    /// Keep the previews' token out of reach of branches: two workflows instead of one
    #[arg(long)]
    pub(crate) isolated: bool,
    /// Take the spec of this live app, without its secrets
    #[arg(long, value_name = "NAME")]
    pub(crate) from_app: Option<String>,
    /// Have Dependabot, or Renovate where the repository has it, keep the action's pin current
    #[arg(long)]
    pub(crate) updates: bool,
    /// Overwrite files that are there already and differ
    #[arg(long)]
    pub(crate) force: bool,
    /// Show what would be written and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Report as one JSON document on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// The manifest, from the repository's root [default: found there, else .do/app.yaml]
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogsKind {
    /// What the build printed
    Build,
    /// Jobs, starts and health checks of the deployment
    Deploy,
    /// What the app prints
    Run,
    /// What instances printed before they crashed or were restarted
    Restarted,
}

fn check(text: &str) -> Result<(String, u16), String> {
    let expected = || "a check looks like `/admin=401`".to_owned();
    let (path, status) = text.rsplit_once('=').ok_or_else(expected)?;
    let status: u16 = status.parse().map_err(|_| expected())?;
    if !path.starts_with('/') || !(100..600).contains(&status) {
        return Err(expected());
    }
    Ok((path.to_owned(), status))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
