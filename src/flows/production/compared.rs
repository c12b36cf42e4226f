//! Which apps of an environment the nightly run compares with the environment's branch.

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::project::apps;
use crate::flows::project::source::Source;
use crate::model::app_identity::AppIdentity;
use crate::model::environment::Environment;
use crate::model::report::{Report, State};

/// Says that something could not be compared, and why.
///
/// # Errors
/// After a signal.
pub(super) fn not_compared(ctx: &Ctx, what: &str, error: &anyhow::Error) -> anyhow::Result<()> {
    ctx.wait.check()?;
    ctx.console
        .warn(&format!("Could not compare what {what} has with its branch: {error:#}"));
    Ok(())
}

/// One app in an environment.
pub(super) struct Subject<'a> {
    pub(super) environment: &'a Environment,
    pub(super) app: AppIdentity,
}

impl Subject<'_> {
    /// `` `production` ``, or `` `api` in `production` `` where there are several.
    pub(super) fn place(&self) -> String {
        match &self.app.names.key {
            Some(key) => format!("`{key}` in `{}`", self.environment),
            None => format!("`{}`", self.environment),
        }
    }

    /// A sentence about the environment, of one of several apps.
    pub(super) fn named(&self, what: String) -> String {
        match &self.app.names.key {
            Some(key) => format!("`{key}`: {what}"),
            None => what,
        }
    }

    pub(super) fn report(&self) -> Report {
        let name = self.app.recorded_as().unwrap_or_default();
        let mut report = Report::new(name, self.environment.clone(), State::Failed);
        report.key.clone_from(&self.app.names.key);
        report
    }
}

/// The apps of an environment that are compared.
///
/// # Errors
/// Where there are several, which are told apart by their manifests: what keeps those from being read.
pub(super) async fn subjects<'a>(
    ctx: &Ctx,
    config: &Config,
    environment: &'a Environment,
    branch: &str,
) -> anyhow::Result<Vec<Subject<'a>>> {
    let is_compared = |config: &Config| {
        let settings = config.environment(&environment.to_string());
        settings.is_some_and(|settings| settings.nightly)
    };
    if !config.has_apps() {
        let app = AppIdentity::only_by_marks();
        return Ok(Vec::from_iter(
            is_compared(config).then_some(Subject { environment, app }),
        ));
    }
    let source = Source::of_branch(ctx, branch).await;
    let mut subjects = Vec::new();
    for app in apps::read(&source, config.apps(), environment).await? {
        if !is_compared(&app.entry.config) {
            continue;
        }
        let subject = Subject {
            environment,
            app: app.identity,
        };
        match app.manifest {
            Ok(_) => subjects.push(subject),
            Err(error) => not_compared(ctx, &subject.place(), &error)?,
        }
    }
    Ok(subjects)
}
