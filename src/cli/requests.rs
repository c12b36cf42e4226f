//! What each command's flags ask a flow for.

use super::args::{
    AutoArgs, Command, DeployArgs, LogsArgs, LogsKind, PreviewArgs, RedeployArgs, RollbackArgs, Target, TeardownArgs,
    VerifyArgs,
};
use crate::flows::inspect::{logs, verify};
use crate::flows::preview::removal_reason::RemovalReason;
use crate::flows::preview::{eligibility, teardown};
use crate::flows::production::{deploy, rollback};
use crate::flows::project::revision;
use crate::flows::{auto, preview, redeploy};
use crate::model::environment::Environment;
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
            Self::Action => false,
            #[cfg(feature = "sandbox")]
            Self::Sandbox(_) | Self::Demo(_) | Self::DemoApp(_) | Self::SandboxExec(_) => false,
        }
    }
}

/// The environment that the flags name, else production.
fn named(target: &Target) -> Environment {
    target.named().unwrap_or_else(Environment::production)
}

impl TryFrom<AutoArgs> for auto::Request {
    type Error = Failure;

    fn try_from(args: AutoArgs) -> Result<Self, Failure> {
        let flags = auto::Flags {
            environment: args.target.named(),
            commit: args.commit,
            to: args.to,
            force_build: args.force_build,
            release: args.release,
            images: args.images.images()?,
            replace: args.replace.replace(),
            dry_run: args.dry_run,
        };
        Ok(Self { flags })
    }
}

impl TryFrom<DeployArgs> for deploy::Request {
    type Error = Failure;

    fn try_from(args: DeployArgs) -> Result<Self, Failure> {
        Ok(Self {
            environment: args.environment,
            commit: args.commit.map_or(revision::Commit::Head, revision::Commit::Asked),
            force_build: false,
            images: args.images.images()?,
            replace: args.replace.replace(),
            release: args.release,
            dry_run: args.dry_run,
        })
    }
}

impl TryFrom<PreviewArgs> for preview::Request {
    type Error = Failure;

    fn try_from(args: PreviewArgs) -> Result<Self, Failure> {
        Ok(Self {
            pull_request: args.pr,
            commit: args
                .commit
                .map_or(eligibility::Commit::Head, eligibility::Commit::Asked),
            insisted: false,
            force_build: false,
            images: args.images.images()?,
            dry_run: args.dry_run,
        })
    }
}

impl From<TeardownArgs> for teardown::Request {
    fn from(args: TeardownArgs) -> Self {
        Self {
            pull_request: args.pr,
            because: RemovalReason::Asked,
            dry_run: args.dry_run,
        }
    }
}

impl TryFrom<RedeployArgs> for redeploy::Request {
    type Error = Failure;

    fn try_from(args: RedeployArgs) -> Result<Self, Failure> {
        Ok(Self {
            environment: named(&args.target),
            commit: args.commit,
            force_build: args.force_build,
            images: args.images.images()?,
            replace: args.replace.replace(),
            dry_run: args.dry_run,
        })
    }
}

impl From<RollbackArgs> for rollback::Request {
    fn from(args: RollbackArgs) -> Self {
        Self {
            environment: args.environment,
            to: args.to,
            replace: args.replace.replace(),
            dry_run: args.dry_run,
        }
    }
}

impl TryFrom<VerifyArgs> for verify::Request {
    type Error = Failure;

    fn try_from(args: VerifyArgs) -> Result<Self, Failure> {
        let subject = match args.url {
            Some(url) if !matches!(url.scheme(), "http" | "https") => {
                return Err(Failure::input(format!("`{url}` cannot be asked"))
                    .next("give a URL that begins with `https://` or `http://`"));
            }
            Some(url) => verify::Subject::Url(url),
            None => verify::Subject::Environment(named(&args.target)),
        };
        Ok(Self {
            subject,
            path: args.path,
            status: args.status,
            checks: args.check,
        })
    }
}

impl From<LogsArgs> for logs::Request {
    fn from(args: LogsArgs) -> Self {
        Self {
            environment: named(&args.target),
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
        }
    }
}
