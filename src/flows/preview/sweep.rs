//! Removes what an event missed: previews whose pull request is closed, and those that have been idle for too long.

use crate::flows::preview::removal_reason::RemovalReason;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::config::{self, Config};
use crate::flows::context::Ctx;
use crate::flows::failure::failure_of;
use crate::flows::preview::{leftover, teardown};
use crate::flows::production::undeployed;
use crate::flows::project::ownership::is_of_environment;
use crate::flows::project::source::Source;
use crate::flows::sentence::list;
use crate::github::repository::Repository;
use crate::model::age::{CLOCKS_APART, age};
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};
use crate::platforms::{App, Platform};
use crate::report;
use crate::report::last_written;
use crate::wait::in_words;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) dry_run: bool,
    /// Also look for what a push did not deploy.
    pub(crate) nightly: bool,
}

/// Removes previews, and says what a push has missed, too, where the run is a nightly one.
///
/// One preview goes wrong, the others are still looked at; the first error is the run's.
#[tracing::instrument(target = "flow", name = "sweep", skip_all)]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<()> {
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let config = Source::of_branch(ctx, &repository.default_branch)
        .await
        .config()
        .await?;
    let (mut swept, mut missed) = (Vec::new(), Vec::new());
    let mut first_error = None;
    let mut apps = Vec::new();
    for platform in ctx.clouds.reachable()? {
        let listed = platform.list().await?;
        apps.extend(listed.into_iter().map(|app| (platform, app)));
    }
    let previews = previews(ctx, &repository, &apps);
    let known: Vec<u64> = previews.iter().map(|preview| preview.number).collect();
    for Preview { number, apps } in previews {
        let names = list(apps.iter().map(|(_, app)| app.name.as_str()));
        let removed = async {
            let pull = github.pull(number).await?;
            let Some(reason) = reason_to_remove(ctx, &config.preview, pull.open, &apps)? else {
                return Ok(Vec::new());
            };
            if pull.open && was_commanded(ctx, &config, &repository, number).await? {
                return Ok(Vec::new());
            }
            tracing::debug!(target: "decision", "{names} is swept because {reason}");
            ctx.console.say(&format!("{names}: {reason}"));
            let reports = match request.dry_run {
                true => apps.iter().map(|app| would_remove(number, app, &reason)).collect(),
                false => remove(ctx, &config, &repository, &pull, &apps, &reason).await?,
            };
            let with_reason = |report| (report, reason.clone());
            anyhow::Ok(reports.into_iter().map(with_reason).collect())
        };
        match removed.await {
            Ok(removed) => swept.extend(removed),
            // Cancelled: what was swept until now is still reported.
            Err(_) if ctx.wait.check().is_err() => {
                first_error = Some(ctx.wait.cancelled().await.into());
                break;
            }
            Err(error) => {
                let what = format!("{names} could not be swept");
                ctx.console.warn(&format!("{what}: {error:#}"));
                let app = apps.first().map_or("", |(_, app)| app.name.as_str());
                let mut report = Report::new(app, Environment::Preview(number), State::Unknown);
                let mut failure = failure_of(&error);
                failure.why = Some(match failure.why.take() {
                    Some(why) => format!("{}: {why}", failure.what),
                    None => failure.what,
                });
                failure.what = what;
                report.failure = Some(failure);
                missed.push(report);
                first_error = first_error.or(Some(error));
            }
        }
    }
    if ctx.wait.check().is_ok() {
        let (gone, error) = leftover::sweep(ctx, request.dry_run, &config, &repository, &known).await;
        swept.extend(gone);
        first_error = first_error.or(error);
    }
    let undeployed = match request.nightly && ctx.wait.check().is_ok() {
        true => {
            let apps: Vec<App> = apps.into_iter().map(|(_, app)| app).collect();
            undeployed::reports(ctx, &repository, &config, &apps).await?
        }
        false => Vec::new(),
    };
    // The run ends with one of them; the others are annotations of their own.
    for failure in undeployed.iter().filter_map(|report| report.failure.clone()) {
        match first_error {
            None => first_error = Some(failure.into()),
            Some(_) => ctx.console.warn(&failure.to_string()),
        }
    }
    // A sweep that was stopped before it removed anything has found nothing out.
    if ctx.wait.check().is_ok() || !swept.is_empty() {
        summarise(ctx, request, &swept, &missed, &undeployed);
    }
    first_error.map_or(Ok(()), Err)
}

/// What a pull request has: its apps, on whichever platform each is.
struct Preview<'a> {
    number: u64,
    apps: Vec<(&'a Arc<dyn Platform>, &'a App)>,
}

/// The repository's previews, in the order in which their apps were listed. What only has the marks of one is said.
fn previews<'a>(ctx: &Ctx, repository: &Repository, apps: &'a [(&'a Arc<dyn Platform>, App)]) -> Vec<Preview<'a>> {
    let mut previews: Vec<Preview<'_>> = Vec::new();
    for (platform, app) in apps {
        let marks = app.marks.as_ref().filter(|marks| marks.repository == repository.id);
        let Some(number) = marks.and_then(|marks| marks.environment.pull_request()) else {
            continue;
        };
        if !is_of_environment(app, repository.id, &Environment::Preview(number)) {
            ctx.console.say(&format!(
                "`{}` has the marks of pull request {number} without the name of its preview: it is left alone",
                app.name
            ));
            continue;
        }
        match previews.iter_mut().find(|preview| preview.number == number) {
            Some(preview) => preview.apps.push((*platform, app)),
            None => previews.push(Preview {
                number,
                apps: vec![(*platform, app)],
            }),
        }
    }
    previews
}

/// Removes a preview, unless it is wanted again; a report for each of its apps that is gone. The comment says it; summary
/// and outputs are the sweep's own.
async fn remove(
    ctx: &Ctx,
    config: &Config,
    repository: &Repository,
    pull: &PullRequest,
    apps: &[(&Arc<dyn Platform>, &App)],
    reason: &str,
) -> anyhow::Result<Vec<Report>> {
    let reporter = ctx.reporter(config, repository).on_github_only();
    let because = RemovalReason::Swept(reason.to_owned());
    let names: Vec<String> = apps.iter().map(|(_, app)| app.name.clone()).collect();
    let mut reports = teardown::remove(ctx, reporter, repository, pull, &names, &because).await?;
    // What is left is wanted again.
    reports.retain(|report| report.state == State::Removed);
    for report in &mut reports {
        report.notes = vec![format!("Removed `{}`: {reason}", report.app)];
    }
    Ok(reports)
}

fn would_remove(number: u64, (platform, app): &(&Arc<dyn Platform>, &App), reason: &str) -> Report {
    let mut report = Report::new(&app.name, Environment::Preview(number), State::Skipped);
    report.pages = platform.pages();
    report.app_id = Some(app.id.clone());
    report.notes = vec![format!("Would remove `{}`: {reason}", app.name)];
    report
}

/// What was removed and why, and what could not be, in log, summary and outputs.
fn summarise(ctx: &Ctx, request: &Request, swept: &[(Report, String)], missed: &[Report], undeployed: &[Report]) {
    let swept_reports = swept.iter().map(|(report, _)| report);
    let reports: Vec<Report> = swept_reports.chain(missed).chain(undeployed).cloned().collect();
    report::record_all(&ctx.run, &ctx.console, &ctx.redactor, &reports, "Nothing to sweep");
    if ctx.json {
        let of = |(report, reason): &(Report, String)| {
            let number = report.environment.pull_request();
            json!({"app": report.app, "pull_request": number, "reason": reason})
        };
        let swept: Vec<_> = swept.iter().map(of).collect();
        let missed: Vec<_> = missed.iter().map(|report| &report.app).collect();
        ctx.console
            .document(&json!({"dry_run": request.dry_run, "swept": swept, "missed": missed}));
    } else if reports.is_empty() {
        ctx.console.say("Nothing to sweep");
    }
}

/// Whether a command has been answered within `ttl`: that leaves no trace on the platform, but in our comment. What its
/// text says does not count, only when GitHub last saw it written.
async fn was_commanded(ctx: &Ctx, config: &Config, repository: &Repository, pull: u64) -> anyhow::Result<bool> {
    let written = last_written(&ctx.reporter(config, repository), pull).await?;
    Ok(written.is_some_and(|(written, now)| age(now, written) <= config.preview.ttl))
}

/// Why a preview is to go: its pull request is closed, or none of its apps was touched for too long.
fn reason_to_remove(
    ctx: &Ctx,
    policy: &config::Preview,
    open: bool,
    apps: &[(&Arc<dyn Platform>, &App)],
) -> Result<Option<String>, Failure> {
    if !open {
        return Ok(Some("its pull request is closed".to_owned()));
    }
    let mut youngest = None;
    for (platform, app) in apps {
        let Some(age) = too_old(ctx, policy, platform.as_ref(), app)? else {
            return Ok(None);
        };
        youngest = youngest.map_or(Some(age), |youngest| Some(age.min(youngest)));
    }
    Ok(youngest.map(|age| {
        format!(
            "it had neither a deployment nor a command for {}, longer than `ttl` ({})",
            in_words(age),
            in_words(policy.ttl)
        )
    }))
}

/// How long ago an app was last deployed, where that is too long. Ages are counted on the platform's clock.
fn too_old(
    ctx: &Ctx,
    policy: &config::Preview,
    platform: &dyn Platform,
    app: &App,
) -> Result<Option<Duration>, Failure> {
    let Some(touched) = app.last_deployed_at.or(app.updated_at).or(app.created_at) else {
        return Ok(None);
    };
    let (now, of_github) = (platform.now(), ctx.github()?.now());
    let age = age(now, touched);
    if age > policy.ttl && now.duration_since(of_github).unsigned_abs() > CLOCKS_APART {
        ctx.console.warn(&format!(
            "`{}` is not removed for its age: {}'s clock says {now:.0}, GitHub's {of_github:.0}",
            app.name,
            platform.words().vendor
        ));
        return Ok(None);
    }
    Ok((age > policy.ttl).then_some(age))
}
