//! What every flow is given: the neighbours it talks to, made once from environment, flags and files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::actions::console::Console;
use crate::actions::run::Run;
use crate::config::{Config, Variable};
use crate::flows::project::repository_names::Names;
use crate::github::GitHub;
use crate::github::repository::Repository;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::report::Report;
use crate::net::error::ApiError;
use crate::platforms::App;
use crate::platforms::clouds::Clouds;
use crate::redact::Redactor;
use crate::report::ReporterDeps;
use crate::wait::{Deadline, Wait};

/// Looks up a variable of the step's environment for an app; the value is registered as a secret before it is returned.
pub(crate) type Variables = Arc<dyn Fn(&str) -> Variable + Send + Sync>;

/// Branches and the commits at their heads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads(Arc<Mutex<BTreeMap<String, Option<Sha>>>>);

/// Cheap to clone; all clones learn together.
#[derive(Clone)]
pub(crate) struct Ctx {
    pub(crate) console: Console,
    pub(crate) run: Run,
    pub(crate) wait: Wait,
    pub(crate) redactor: Redactor,
    pub(crate) variables: Variables,
    /// `owner/name`
    pub(crate) repository: Option<String>,
    /// That, and what it was called before.
    pub(crate) names: Names,
    pub(crate) github: Option<GitHub>,
    pub(crate) clouds: Clouds,
    /// The folder that holds spec and configuration, whatever is checked out in it.
    pub(crate) working_directory: PathBuf,
    /// The same folder as GitHub names it where it is in no clone, with a slash at its end; empty: the root.
    pub(crate) folder: String,
    /// Nothing is to be touched.
    pub(crate) dry_run: bool,
    /// `--config`, or `do-deploy.toml`.
    pub(crate) config_file: String,
    /// Whether someone named it, so that it has to be there.
    pub(crate) config_is_named: bool,
    /// `--spec`
    pub(crate) spec_file: Option<String>,
    /// `--app`: its key under `[apps]`.
    pub(crate) app: Option<String>,
    /// Where the branches stood that were read: all that a run reads of one is of the same commit.
    pub(crate) heads: Heads,
    /// `--timeout`
    pub(crate) timeout: Option<Duration>,
    pub(crate) json: bool,
}

impl Ctx {
    /// The same for one of several apps that the run acts on at the same time: its log names the app.
    pub(crate) fn of_app(&self, app: &str) -> Self {
        Self {
            console: self.console.of_app(app),
            ..self.clone()
        }
    }

    /// The same about one of several apps, or about all of them.
    pub(crate) fn about(&self, app: Option<&str>) -> Self {
        Self {
            app: app.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The commit at a branch's head when this run first read it. `None`: there is no such branch, or no GitHub.
    ///
    /// Files are read at a commit: where a tag has the branch's name, GitHub does not say which of the two a name means.
    pub(crate) async fn read_head_of(&self, branch: &str) -> Result<Option<Sha>, ApiError> {
        let Some(github) = &self.github else { return Ok(None) };
        let mut heads = self.heads.0.lock().await;
        if let Some(known) = heads.get(branch) {
            return Ok(known.clone());
        }
        let head = github.branch_head(branch).await?;
        heads.insert(branch.to_owned(), head.clone());
        Ok(head)
    }

    /// The deadline of what begins now: `--timeout`, else what the configuration says. Rate limits are waited for until
    /// then, too.
    pub(crate) fn deadline(&self, configured: Duration) -> Deadline {
        let deadline = Deadline::after(self.timeout.unwrap_or(configured));
        self.wait.set_deadline(deadline);
        deadline
    }

    /// What the reporter works with.
    pub(crate) fn reporter(&self, config: &Config, repository: &Repository) -> ReporterDeps {
        ReporterDeps {
            github: self.github.clone(),
            wait: self.wait.clone(),
            run: self.run.clone(),
            console: self.console.clone(),
            comment: config.comment.clone(),
            ttl: config.preview.ttl,
            repository: Some(repository.clone()),
            redactor: self.redactor.clone(),
        }
    }

    /// Says that the platform's address of an app is left out of everything that this run shows. `None`: it is not.
    pub(crate) fn warn_of_refused_url(&self, app: &App) -> Option<String> {
        let why = format!(
            "The platform gives `{}` an address that is not a URL of the web: it is shown nowhere",
            app.name
        );
        app.url_is_refused.then(|| {
            self.console.warn(&why);
            why
        })
    }

    /// Summary and outputs of a run that has no reporter.
    pub(crate) fn record(&self, report: &Report) {
        crate::report::record(&self.run, &self.console, &self.redactor, report);
    }

    /// The same of one or several apps.
    pub(crate) fn record_each(&self, reports: &[Report]) {
        self.record_with(reports, &[]);
    }

    /// The same with notes on the whole run.
    pub(crate) fn record_with(&self, reports: &[Report], notes: &[String]) {
        if let [report] = reports {
            let mut report = report.clone();
            report.notes.extend_from_slice(notes);
            return self.record(&report);
        }
        crate::report::record_with(
            &self.run,
            &self.console,
            &self.redactor,
            reports,
            notes,
            "Nothing to do",
        );
    }

    pub(crate) fn repository(&self) -> Result<&str, Failure> {
        self.repository.as_deref().ok_or_else(|| {
            Failure::input("it is not known which repository this is about")
                .next("set `GITHUB_REPOSITORY` or give `--repo OWNER/NAME`")
        })
    }

    pub(crate) fn github(&self) -> Result<&GitHub, Failure> {
        self.repository()?;
        self.github.as_ref().ok_or_else(|| {
            Failure::input("no GitHub token")
                .next("set `GITHUB_TOKEN`; in a workflow the action's input `github-token` does it")
        })
    }
}
