//! What each command's flags ask a flow for.

use super::args::{
    AutoArgs, Command, DeployArgs, LogsArgs, LogsKind, PreviewArgs, RedeployArgs, RollbackArgs, StatusArgs, SweepArgs,
    TeardownArgs, VerifyArgs,
};
use super::diagnostics_args::Diagnostics;
use super::spec_args::SpecCommand;
use crate::flows::flags::Flags;
use crate::flows::inspect::{logs, status, verify};
use crate::flows::preview::{self, sweep, teardown};
use crate::flows::production::{deploy, rollback};
use crate::model::failure::Failure;
use crate::platforms::LogKind;

impl Command {
    /// Whether standard output is for one JSON document: known before the first word is said.
    pub(super) fn json(&self) -> bool {
        match self {
            Self::Auto(args) => args.common.json,
            Self::Deploy(args) => args.common.json,
            Self::Preview(args) => args.common.json,
            Self::Teardown(args) => args.common.json,
            Self::Redeploy(args) => args.common.json,
            Self::Rollback(args) => args.common.json,
            Self::Verify(args) => args.common.json,
            Self::Sweep(args) => args.json,
            Self::Wait(args) => args.json,
            Self::Status(args) => args.json,
            Self::Logs(args) => args.json,
            Self::Init(args) => args.json,
            Self::Spec(args) => match &args.command {
                SpecCommand::Check(args) => args.json(),
            },
            Self::Action => false,
            #[cfg(feature = "sandbox")]
            Self::Sandbox(_) | Self::Demo(_) | Self::DemoApp(_) | Self::SandboxExec(_) => false,
        }
    }

    /// Whether `--timings` was given.
    pub(super) fn timings(&self) -> bool {
        match self {
            Self::Auto(args) => args.common.timings,
            Self::Deploy(args) => args.common.timings,
            Self::Preview(args) => args.common.timings,
            Self::Teardown(args) => args.common.timings,
            Self::Redeploy(args) => args.common.timings,
            Self::Rollback(args) => args.common.timings,
            Self::Verify(args) => args.common.timings,
            _ => false,
        }
    }

    /// How often `--verbose` was given.
    pub(super) fn verbose(&self) -> u8 {
        let diagnostics = match self {
            Self::Auto(args) => args.common.project.diagnostics,
            Self::Deploy(args) => args.common.project.diagnostics,
            Self::Preview(args) => args.common.project.diagnostics,
            Self::Teardown(args) => args.common.project.diagnostics,
            Self::Redeploy(args) => args.common.project.diagnostics,
            Self::Rollback(args) => args.common.project.diagnostics,
            Self::Verify(args) => args.common.project.diagnostics,
            Self::Sweep(args) => args.project.diagnostics,
            Self::Wait(args) => args.diagnostics,
            Self::Status(args) => args.project.diagnostics,
            Self::Logs(args) => args.project.diagnostics,
            Self::Init(args) => args.project.diagnostics,
            Self::Spec(args) => match &args.command {
                SpecCommand::Check(args) => args.project.diagnostics,
            },
            Self::Action => Diagnostics::default(),
            #[cfg(feature = "sandbox")]
            Self::Sandbox(_) | Self::Demo(_) | Self::DemoApp(_) | Self::SandboxExec(_) => Diagnostics::default(),
        };
        diagnostics.verbose
    }
}

impl TryFrom<AutoArgs> for Flags {
    type Error = Failure;

    fn try_from(args: AutoArgs) -> Result<Self, Failure> {
        Ok(Self {
            environment: args.target.named(),
            app: args.app.app,
            commit: args.commit,
            to: args.to,
            force_build: args.force_build,
            release: args.release,
            images: args.images.images()?,
            replace: args.replace.replace(),
            dry_run: args.dry_run,
        })
    }
}

impl TryFrom<DeployArgs> for deploy::Request {
    type Error = Failure;

    fn try_from(args: DeployArgs) -> Result<Self, Failure> {
        let flags = Flags {
            environment: Some(args.environment),
            commit: args.commit,
            images: args.images.images()?,
            replace: args.replace.replace(),
            release: args.release,
            dry_run: args.dry_run,
            ..Flags::default()
        };
        Ok(flags.deploy())
    }
}

impl TryFrom<PreviewArgs> for preview::Request {
    type Error = Failure;

    fn try_from(args: PreviewArgs) -> Result<Self, Failure> {
        let flags = Flags {
            commit: args.commit,
            images: args.images.images()?,
            dry_run: args.dry_run,
            ..Flags::default()
        };
        Ok(flags.preview(args.pr, false))
    }
}

impl TryFrom<TeardownArgs> for teardown::Request {
    type Error = Failure;

    fn try_from(args: TeardownArgs) -> Result<Self, Failure> {
        args.no_app.accept()?;
        let flags = Flags {
            dry_run: args.dry_run,
            ..Flags::default()
        };
        Ok(flags.teardown(args.pr))
    }
}

impl TryFrom<RedeployArgs> for Flags {
    type Error = Failure;

    fn try_from(args: RedeployArgs) -> Result<Self, Failure> {
        Ok(Self {
            environment: args.target.named(),
            app: args.app.app,
            commit: args.commit,
            force_build: args.force_build,
            images: args.images.images()?,
            replace: args.replace.replace(),
            dry_run: args.dry_run,
            ..Self::default()
        })
    }
}

impl From<RollbackArgs> for rollback::Request {
    fn from(args: RollbackArgs) -> Self {
        let flags = Flags {
            environment: Some(args.environment),
            to: args.to,
            replace: args.replace.replace(),
            dry_run: args.dry_run,
            ..Flags::default()
        };
        flags.rollback()
    }
}

impl From<&SweepArgs> for sweep::Request {
    fn from(args: &SweepArgs) -> Self {
        let flags = Flags {
            dry_run: args.dry_run,
            ..Flags::default()
        };
        flags.sweep()
    }
}

impl TryFrom<VerifyArgs> for verify::Request {
    type Error = Failure;

    fn try_from(args: VerifyArgs) -> Result<Self, Failure> {
        let flags = Flags {
            environment: args.target.named(),
            ..Flags::default()
        };
        let request = verify::Request {
            path: args.path,
            status: args.status,
            checks: args.check,
            ..flags.verify()
        };
        match args.url {
            Some(url) if !matches!(url.scheme(), "http" | "https") => {
                Err(Failure::input(format!("`{url}` cannot be asked"))
                    .next("give a URL that begins with `https://` or `http://`"))
            }
            Some(url) => Ok(Self {
                subject: verify::Subject::Url(url),
                ..request
            }),
            None => Ok(request),
        }
    }
}

impl From<LogsArgs> for logs::Request {
    fn from(args: LogsArgs) -> Self {
        let flags = Flags {
            environment: args.target.named(),
            ..Flags::default()
        };
        Self {
            kind: args.kind.map(|kind| match kind {
                LogsKind::Build => LogKind::Build,
                LogsKind::Deploy => LogKind::Deploy,
                LogsKind::Run => LogKind::Run,
                LogsKind::Restarted => LogKind::Restarted,
            }),
            component: args.component,
            deployment: args.deployment,
            tail: args.tail,
            follow: args.follow,
            ..flags.logs()
        }
    }
}

impl From<&StatusArgs> for status::Request {
    fn from(args: &StatusArgs) -> Self {
        let flags = Flags {
            environment: args.target.named(),
            ..Flags::default()
        };
        flags.status()
    }
}
