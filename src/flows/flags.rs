//! What a person asks a flow for, by the flags of a command or by the inputs of a dispatched run: one request for each flow.

use crate::flows::inspect::{logs, status, verify};
use crate::flows::preview::removal_reason::RemovalReason;
use crate::flows::preview::{self, eligibility, sweep, teardown};
use crate::flows::production::{deploy, rollback};
use crate::flows::project::revision;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::policy::images::Images;
use crate::policy::replace::Replace;

/// The flags that mean the same everywhere. Which of them a command takes is its own affair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// `--environment` or `--pr`. `None`: production, or whatever there is.
    pub(crate) environment: Option<Environment>,
    /// `--app`: one of several, by its name under `[apps]`.
    pub(crate) app: Option<String>,
    pub(crate) commit: Option<Sha>,
    pub(crate) to: Option<String>,
    pub(crate) force_build: bool,
    pub(crate) release: bool,
    /// What components with an image are to run.
    pub(crate) images: Images,
    /// What may be taken from the live app.
    pub(crate) replace: Replace,
    pub(crate) dry_run: bool,
}

impl Flags {
    /// The environment that they name, else production.
    pub(crate) fn environment(&self) -> Environment {
        self.environment.clone().unwrap_or_else(Environment::production)
    }

    pub(crate) fn deploy(self) -> deploy::Request {
        deploy::Request {
            environment: self.environment(),
            commit: self.commit.map_or(revision::Commit::Head, revision::Commit::Asked),
            force_build: self.force_build,
            images: self.images,
            replace: self.replace,
            release: self.release,
            dry_run: self.dry_run,
        }
    }

    /// `insisted`: a maintainer asked for this one, whatever draft, label or bot says.
    pub(crate) fn preview(self, pull_request: u64, insisted: bool) -> preview::Request {
        preview::Request {
            pull_request,
            commit: self
                .commit
                .map_or(eligibility::Commit::Head, eligibility::Commit::Asked),
            force_build: self.force_build,
            insisted,
            images: self.images,
            dry_run: self.dry_run,
        }
    }

    pub(crate) fn rollback(self) -> rollback::Request {
        rollback::Request {
            environment: self.environment(),
            to: self.to,
            replace: self.replace,
            dry_run: self.dry_run,
        }
    }

    pub(crate) fn teardown(self, pull_request: u64) -> teardown::Request {
        teardown::Request {
            pull_request,
            because: RemovalReason::Asked,
            dry_run: self.dry_run,
        }
    }

    pub(crate) fn sweep(self) -> sweep::Request {
        sweep::Request {
            dry_run: self.dry_run,
            nightly: false,
        }
    }

    pub(crate) fn verify(self) -> verify::Request {
        verify::Request {
            subject: verify::Subject::Environment(self.environment()),
            path: None,
            status: None,
            checks: Vec::new(),
        }
    }

    pub(crate) fn status(self) -> status::Request {
        status::Request {
            environment: self.environment,
        }
    }

    pub(crate) fn logs(self) -> logs::Request {
        logs::Request {
            environment: self.environment(),
            kind: None,
            component: None,
            deployment: None,
            tail: logs::TAIL,
            follow: false,
        }
    }
}
