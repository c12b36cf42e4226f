//! What the runner is asked to do: plain data, filled in by the engine from an app spec.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::repository::Repository;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Service,
    Worker,
    Job,
    StaticSite,
}

/// A commit of a mounted repository, or an image of which the sandbox knows the files.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Git {
        repository: Arc<Repository>,
        commit: String,
    },
    Image {
        reference: String,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct BuildPlan {
    pub(crate) component: String,
    pub(crate) kind: Kind,
    pub(crate) source: Source,
    /// Relative to the repository's root; `/` and the empty string mean the root.
    pub(crate) source_dir: String,
    pub(crate) build_command: Option<String>,
    pub(crate) dockerfile_path: Option<String>,
    pub(crate) environment_slug: Option<String>,
    /// Build-time envs, bindable variables already replaced.
    pub(crate) envs: Vec<(String, String)>,
    /// Static sites: where the pages are, when the spec says so.
    pub(crate) output_dir: Option<String>,
    /// Ignore what an earlier build of the same commit left (`force_build`).
    pub(crate) force: bool,
}

/// A finished build: instances start from a copy of `directory`.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    pub(crate) component: String,
    /// The checkout at `source_dir` after the build; for a static site its pages.
    pub(crate) directory: PathBuf,
    /// What the buildpack adds to the run-time environment (`PATH`, `VIRTUAL_ENV`, …).
    pub(crate) envs: Vec<(String, String)>,
    /// The start command where the spec has no `run_command`: Procfile, `package.json`, …
    pub(crate) start: Option<String>,
    /// Nothing was built anew (`PreviousBuildReused`).
    pub(crate) reused: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct LaunchPlan {
    pub(crate) component: String,
    pub(crate) kind: Kind,
    pub(crate) run_command: Option<String>,
    /// Run-time envs, bindable variables already replaced. `PORT` is added by the runner where it is missing.
    pub(crate) envs: Vec<(String, String)>,
    pub(crate) instances: u32,
    /// The port that the spec says (`http_port`, 8080). Every instance has its own loopback port in reality: the
    /// runner chooses a free one, gives it as `PORT`, and replaces a `${PORT}` that is the value of an env.
    pub(crate) http_port: u16,
    pub(crate) readiness: HealthCheck,
    pub(crate) liveness: Option<HealthCheck>,
    pub(crate) drain: Duration,
    pub(crate) grace: Duration,
    /// Scale to zero after so long without a request, on the sandbox's clock.
    pub(crate) inactivity_sleep: Option<Duration>,
}

/// In the spec's own units; the runner scales waiting by the clock's pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HealthCheck {
    /// `None`: a TCP connect.
    pub(crate) http_path: Option<String>,
    /// `None`: the service's port.
    pub(crate) port: Option<u16>,
    pub(crate) initial_delay: Duration,
    pub(crate) period: Duration,
    pub(crate) timeout: Duration,
    pub(crate) success_threshold: u32,
    pub(crate) failure_threshold: u32,
}

/// Why a step failed, in DigitalOcean's code (`BuildJobExitNonZero`, `ContainerHealthChecksFailed`, …) and words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct StepError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// The sandbox itself is at fault, not the app.
pub(super) fn internal(what: &str, error: &dyn std::fmt::Display) -> StepError {
    StepError {
        code: "InternalError",
        message: format!("the sandbox {what}: {error}"),
    }
}
