//! Removes the preview of a pull request, and says so only when it is gone.

use crate::flows::preview::removal_reason::RemovalReason;
use std::time::Duration;

use tracing::Instrument as _;

use crate::flows::context::Ctx;
use crate::flows::failure::failure_of;
use crate::flows::preview::overtaken::still_unwanted;
use crate::flows::project::pull;
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::github::repository::Repository;
use crate::model::environment::Environment;
use crate::model::failure::Kind;
use crate::model::names;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};
use crate::platforms::{App, PlatformError, Still};
use crate::report::{self, Reporter, ReporterDeps};
use crate::wait::Deadline;

/// How long the platform may take to let go of an app.
pub(crate) const REMOVAL: Duration = Duration::from_secs(300);

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) pull_request: u64,
    pub(crate) because: RemovalReason,
    pub(crate) dry_run: bool,
}

#[tracing::instrument(target = "flow", name = "teardown", skip_all, fields(pull_request = request.pull_request))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let pull = pull::pull(ctx, request.pull_request).await?;
    if matches!(request.because, RemovalReason::Closed) && pull.open {
        ctx.console.notice(&format!(
            "Pull request {} is open again: its preview stays",
            pull.number
        ));
        let mut report = Report::new("", Environment::Preview(pull.number), State::Skipped);
        report
            .notes
            .push("The pull request is open again: its preview stays".to_owned());
        ctx.record(&report);
        return Ok(report);
    }
    let source = Source::of_branch(ctx, &repository.default_branch).await;
    let config = source.config().await?;
    // The head may be gone, and with it what its spec said: the default branch names the app as well. Where its spec is
    // broken, the marks alone say what there is to remove.
    let name = match source.manifest(&config.spec).await {
        Ok(manifest) => {
            let longest = manifest.words().longest_name;
            names::preview_app(manifest.name(), pull.number, repository.id, longest)
        }
        Err(error) if failure_of(&error).kind != Kind::Input => return Err(error),
        Err(error) => {
            if ctx.spec_file.is_some() {
                ctx.console
                    .warn(&format!("The preview is looked for by its marks alone: {error:#}"));
            }
            match Target::find_marked(ctx, &repository, &Environment::Preview(pull.number)).await? {
                Some((_, app)) => app.name,
                None => String::new(),
            }
        }
    };
    if request.dry_run {
        return planned(ctx, &repository, &pull, &name).await;
    }
    let reporter = ctx.reporter(&config, &repository);
    remove(ctx, reporter, &repository, &pull, &name, &request.because).await
}

/// The same when everything about the pull request is known already.
#[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %name, environment = %Environment::Preview(pull.number)))]
pub(crate) async fn remove(
    ctx: &Ctx,
    reporter: ReporterDeps,
    repository: &Repository,
    pull: &PullRequest,
    name: &str,
    because: &RemovalReason,
) -> anyhow::Result<Report> {
    let environment = Environment::Preview(pull.number);
    ctx.clouds.reachable()?;
    let mut report = Report::new(name, environment.clone(), State::Removed);
    report.commit = Some(pull.head.sha.clone());
    report.notes = because.notes(pull);
    let apps = match find(ctx, repository, pull, name).await {
        // Nothing is ours, and nothing more is asked for.
        Err(error) if matches!(because, RemovalReason::Closed) && failure_of(&error).kind == Kind::Input => {
            ctx.console.notice(&failure_of(&error).what);
            Vec::new()
        }
        found => found?,
    };
    if apps.is_empty() {
        ctx.console.say(&nothing_to_remove(pull.number, name));
        // What was said while the pull request was open is no longer true of a closed one.
        if pull.open && Reporter::has_said_removed(&reporter, pull.number).await {
            report::record(&reporter.run, &reporter.console, &reporter.redactor, &report);
            return Ok(report);
        }
    }
    for (target, app) in apps {
        ctx.wait.check()?;
        ctx.console.say(&format!("Removing the preview `{}`", app.name));
        ctx.console.phase("Removal");
        let limit = Deadline::after(ctx.timeout.unwrap_or(REMOVAL));
        let still: Still<'_> = &|| Box::pin(still_unwanted(ctx, target.platform.as_ref(), pull, because, &app));
        tracing::debug!(target: "decision", "`{}` is removed because it has the marks of `{environment}`", app.name);
        let removal = tracing::debug_span!(target: "phase", "removal");
        let destroyed = target.platform.destroy(&app.id, limit, still).instrument(removal).await;
        if let Err(PlatformError::Overtaken { by }) = &destroyed {
            let why = format!("Not removed: {by} before the platform took the request");
            ctx.console.notice(&why);
            report.state = State::Skipped;
            report.app = app.name;
            report.app_id = Some(app.id);
            report.pages = target.platform.pages();
            report.notes = vec![why];
            report::record(&reporter.run, &reporter.console, &reporter.redactor, &report);
            return Ok(report);
        }
        if let Err(error) = destroyed {
            if ctx.wait.check().is_err() {
                report.app = app.name;
                report_cancelled(reporter, report).await;
            }
            return Err(error.into());
        }
        ctx.console.say(&format!("`{}` is gone", app.name));
        report.app = app.name;
        report.app_id = Some(app.id);
    }
    Reporter::tell(reporter, std::slice::from_ref(&report)).await;
    Ok(report)
}

/// A removal that has begun continues on the platform, but its end was not seen: the next teardown or sweep looks
/// again.
async fn report_cancelled(reporter: ReporterDeps, mut report: Report) {
    report.state = State::Cancelled;
    report.commit = None;
    report
        .notes
        .push("The preview was being removed: run the teardown again to have it seen to its end".to_owned());
    Reporter::tell(reporter, std::slice::from_ref(&report)).await;
}

/// Everything that carries the preview's marks: the spec's name may have changed since the preview was made.
///
/// # Errors
/// When nothing does, and the preview's name is held by an app that is not ours.
async fn find(
    ctx: &Ctx,
    repository: &Repository,
    pull: &PullRequest,
    name: &str,
) -> anyhow::Result<Vec<(Target, App)>> {
    let environment = Environment::Preview(pull.number);
    let targets = Target::everywhere(ctx, repository, &environment)?;
    let mut marked = Vec::new();
    for target in &targets {
        let apps = target.all_marked().await?;
        marked.extend(apps.into_iter().map(|app| (target.clone(), app)));
    }
    if !marked.is_empty() || name.is_empty() {
        return Ok(marked);
    }
    for target in targets {
        if let Some(app) = target.platform.find(name).await? {
            target.require(&app)?;
            return Ok(vec![(target, app)]);
        }
    }
    Ok(Vec::new())
}

fn nothing_to_remove(pull: u64, name: &str) -> String {
    match name {
        "" => format!("There is no preview of pull request {pull}: nothing to remove"),
        name => format!("There is no preview `{name}`: nothing to remove"),
    }
}

async fn planned(ctx: &Ctx, repository: &Repository, pull: &PullRequest, name: &str) -> anyhow::Result<Report> {
    let apps = find(ctx, repository, pull, name).await?;
    for (_, app) in &apps {
        ctx.console.say(&format!("Would remove `{}`", app.name));
    }
    if apps.is_empty() {
        ctx.console.say(&nothing_to_remove(pull.number, name));
    }
    let name = apps.first().map_or(name, |(_, app)| &app.name);
    let mut report = Report::new(name, Environment::Preview(pull.number), State::Skipped);
    report.notes.push("A dry run: nothing was touched".to_owned());
    ctx.record(&report);
    Ok(report)
}
