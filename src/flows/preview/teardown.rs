//! Removes the preview of a pull request, and says so only when it is gone.

use crate::actions::fold::Fold;
use crate::flows::preview::removal_reason::RemovalReason;
use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument as _;

use crate::flows::context::Ctx;
use crate::flows::failure::failure_of;
use crate::flows::preview::overtaken::still_unwanted;
use crate::flows::project::ownership::require_any;
use crate::flows::project::pull;
use crate::flows::project::source::Source;
use crate::flows::project::target::any_of_environment;
use crate::github::repository::Repository;
use crate::model::environment::Environment;
use crate::model::failure::Kind;
use crate::model::names;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};
use crate::platforms::{App, Platform, PlatformError, Still};
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
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Vec<Report>> {
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
        return Ok(vec![report]);
    }
    let source = Source::of_branch(ctx, &repository.default_branch).await;
    let config = source.config().await?;
    // The head may be gone, and with it what its spec said: the default branch names the app as well. Where its spec is
    // broken, the marks alone say what there is to remove.
    let names = match source.manifest(&config.spec).await {
        // Of several apps each has a name of its own, and which of them there were is seen from what is left.
        _ if config.has_apps() => Vec::new(),
        Ok(manifest) => {
            let longest = manifest.words().longest_name;
            vec![names::preview_app(manifest.name(), pull.number, repository.id, longest)]
        }
        Err(error) if failure_of(&error).kind != Kind::Input => return Err(error),
        Err(error) => {
            if ctx.spec_file.is_some() {
                ctx.console
                    .warn(&format!("The preview is looked for by its marks alone: {error:#}"));
            }
            Vec::new()
        }
    };
    if request.dry_run {
        return planned(ctx, &repository, &pull, &names).await;
    }
    let reporter = ctx.reporter(&config, &repository);
    remove(ctx, reporter, &repository, &pull, &names, &request.because).await
}

/// The same when everything about the pull request is known already. `names`: what its apps are called. The only one may be
/// missing; of several, all of these were there.
pub(crate) async fn remove(
    ctx: &Ctx,
    reporter: ReporterDeps,
    repository: &Repository,
    pull: &PullRequest,
    names: &[String],
    because: &RemovalReason,
) -> anyhow::Result<Vec<Report>> {
    let environment = Environment::Preview(pull.number);
    ctx.clouds.reachable()?;
    let removed = |name: &str| {
        let mut report = Report::new(name, environment.clone(), State::Removed);
        report.commit = Some(pull.head.sha.clone());
        report.notes = because.notes(pull);
        report
    };
    let apps = match find(ctx, repository, pull, names).await {
        // Nothing is ours, and nothing more is asked for.
        Err(error) if matches!(because, RemovalReason::Closed) && failure_of(&error).kind == Kind::Input => {
            ctx.console.notice(&failure_of(&error).what);
            Vec::new()
        }
        found => found?,
    };
    // An earlier run may have removed some of several apps, and been killed before it could say so.
    let mut gone = match names {
        [] => announced(ctx, &reporter, repository, pull).await,
        [_] => Vec::new(),
        several => several.to_vec(),
    };
    gone.retain(|name| apps.iter().all(|(_, app)| app.name != *name));
    let mut reports: Vec<Report> = gone.iter().map(|name| removed(name)).collect();
    if apps.is_empty() {
        ctx.console.say(&nothing_to_remove(pull.number, names));
        // Of several apps that were said to be gone, the comment has the rows already.
        let nothing_is_shown = names.is_empty() && reports.is_empty();
        if reports.is_empty() {
            reports.push(removed(names.first().map_or("", String::as_str)));
        }
        // What was said while the pull request was open is no longer true of a closed one.
        if (pull.open || nothing_is_shown) && Reporter::has_said_removed(&reporter, pull.number).await {
            ctx.record_each(&reports);
        } else {
            tell(ctx, reporter, repository, pull, &reports).await;
        }
        return Ok(reports);
    }
    let (mut first_error, is_one) = (None, apps.len() == 1);
    for (platform, app) in apps {
        ctx.wait.check()?;
        let mut report = removed(&app.name);
        report.app_id = Some(app.id.clone());
        match destroy(ctx, platform.as_ref(), &app, pull, because).await {
            Ok(()) => reports.push(report),
            Err(PlatformError::Overtaken { by }) => {
                let why = format!("Not removed: {by} before the platform took the request");
                ctx.console.notice(&why);
                report.state = State::Skipped;
                report.pages = platform.pages();
                report.notes = vec![why];
                reports.push(report);
                report::record_all(&reporter.run, &reporter.console, &reporter.redactor, &reports, "");
                return Ok(reports);
            }
            Err(error) if ctx.wait.check().is_err() => {
                cancelled(&mut report);
                reports.push(report);
                Reporter::tell(reporter, &reports).await;
                return Err(error.into());
            }
            // The others go all the same.
            Err(error) => {
                let error = anyhow::Error::from(error);
                if !is_one {
                    ctx.console
                        .warn(&format!("`{}` could not be removed: {error:#}", app.name));
                }
                report.state = State::Unknown;
                report.pages = platform.pages();
                report.url = app.serving_url();
                report.failure = Some(failure_of(&error));
                reports.push(report);
                first_error = first_error.or(Some(error));
            }
        }
    }
    let is_removed = |report: &Report| report.state == State::Removed && report.app_id.is_some();
    match first_error {
        // Nothing has changed, and what the comment says is still so.
        Some(error) if !reports.iter().any(is_removed) => Err(error),
        Some(error) => {
            tell(ctx, reporter, repository, pull, &reports).await;
            Err(error)
        }
        None => {
            tell(ctx, reporter, repository, pull, &reports).await;
            Ok(reports)
        }
    }
}

/// Says what is gone, unless a later run has made the preview again: an older one's words would hide it.
pub(crate) async fn tell(
    ctx: &Ctx,
    reporter: ReporterDeps,
    repository: &Repository,
    pull: &PullRequest,
    reports: &[Report],
) {
    // In this order: what is made after the look at the apps has a deployment that is newer than this one.
    let seen = report::newest_preview(&reporter).await;
    let apps = any_of_environment(ctx, repository, &Environment::Preview(pull.number)).await;
    let is_known = |app: &App| reports.iter().any(|report| report.app_id.as_ref() == Some(&app.id));
    match apps.unwrap_or_default().into_iter().find(|(_, app)| !is_known(app)) {
        Some((_, again)) => {
            ctx.console.notice(&format!(
                "`{}` was made again meanwhile: the comment is left to the run that made it",
                again.name
            ));
            report::record_all(&reporter.run, &reporter.console, &reporter.redactor, reports, "");
        }
        None => Reporter::tell_removal(reporter, reports, seen).await,
    }
}

/// What the apps are called that GitHub still shows of the pull request's preview.
async fn announced(ctx: &Ctx, reporter: &ReporterDeps, repository: &Repository, pull: &PullRequest) -> Vec<String> {
    let longest = ctx.clouds.usual().words().longest_name;
    let announced = report::announced_of(reporter, pull.number).await;
    let apps = announced.into_iter().flat_map(|preview| preview.apps);
    apps.map(|app| names::preview_app(&app, pull.number, repository.id, longest))
        .collect()
}

/// Removes one app, and waits until it is gone.
#[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %app.name, environment = %Environment::Preview(pull.number)))]
async fn destroy(
    ctx: &Ctx,
    platform: &dyn Platform,
    app: &App,
    pull: &PullRequest,
    because: &RemovalReason,
) -> Result<(), PlatformError> {
    ctx.console.say(&format!("Removing the preview `{}`", app.name));
    ctx.console.phase(Fold::Removal);
    let limit = Deadline::after(ctx.timeout.unwrap_or(REMOVAL));
    let still: Still<'_> = &|| Box::pin(still_unwanted(ctx, platform, pull, because, app));
    let environment = Environment::Preview(pull.number);
    tracing::debug!(target: "decision", "`{}` is removed because it has the marks of `{environment}`", app.name);
    let removal = tracing::debug_span!(target: "phase", "removal");
    still().await?;
    platform.destroy(&app.id, limit, still).instrument(removal).await?;
    ctx.console.say(&format!("`{}` is gone", app.name));
    Ok(())
}

/// A removal that has begun continues on the platform, but its end was not seen: the next teardown or sweep looks
/// again.
fn cancelled(report: &mut Report) {
    report.state = State::Cancelled;
    (report.commit, report.app_id) = (None, None);
    report
        .notes
        .push("The preview was being removed: run the teardown again to have it seen to its end".to_owned());
}

/// Everything that carries the marks of the pull request's preview, whichever app of the repository it is: the manifests'
/// names may have changed since the preview was made, and so may the apps that the repository has.
///
/// # Errors
/// When nothing does, and a preview's name is held by an app that is not ours.
async fn find(
    ctx: &Ctx,
    repository: &Repository,
    pull: &PullRequest,
    names: &[String],
) -> anyhow::Result<Vec<(Arc<dyn Platform>, App)>> {
    let environment = Environment::Preview(pull.number);
    let mut found = any_of_environment(ctx, repository, &environment).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    for platform in ctx.clouds.reachable()? {
        for name in names {
            if let Some(app) = platform.find(name).await? {
                require_any(&app, repository.id, &environment)?;
                found.push((Arc::clone(platform), app));
            }
        }
    }
    Ok(found)
}

fn nothing_to_remove(pull: u64, names: &[String]) -> String {
    match names {
        [name] => format!("There is no preview `{name}`: nothing to remove"),
        _ => format!("There is no preview of pull request {pull}: nothing to remove"),
    }
}

async fn planned(
    ctx: &Ctx,
    repository: &Repository,
    pull: &PullRequest,
    names: &[String],
) -> anyhow::Result<Vec<Report>> {
    let apps = find(ctx, repository, pull, names).await?;
    for (_, app) in &apps {
        ctx.console.say(&format!("Would remove `{}`", app.name));
    }
    if apps.is_empty() {
        ctx.console.say(&nothing_to_remove(pull.number, names));
    }
    let found: Vec<&str> = apps.iter().map(|(_, app)| app.name.as_str()).collect();
    let names = match found.is_empty() {
        true => vec![names.first().map_or("", String::as_str)],
        false => found,
    };
    let reports: Vec<Report> = names
        .into_iter()
        .map(|name| {
            let mut report = Report::new(name, Environment::Preview(pull.number), State::Skipped);
            report.notes.push("A dry run: nothing was touched".to_owned());
            report
        })
        .collect();
    ctx.record_each(&reports);
    Ok(reports)
}
