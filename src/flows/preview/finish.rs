//! How a preview's run ends: by what the pull request is by then, whose state may have changed while its apps were built.

use super::candidate::Candidate;
use super::deploy::PreviewApp;
use super::eligibility::Skip;
use super::removal_reason::RemovalReason;
use super::report::add_what_serves;
use super::teardown;
use crate::config::Config;
use crate::flows::project::target::any_of_environment;
use crate::flows::rollout::app_run::{End, reports_of, signal_of};
use crate::flows::rollout::finish;
use crate::model::report::Report;
use crate::platforms::PlatformError;
use crate::report::Reporter;

/// Says how it ended, for every app. `reporter`: opened with a report for each of them.
///
/// # Errors
/// The signal that cut it short; and where apps that have no place could not be removed.
pub(crate) async fn finish(
    candidate: &Candidate<'_>,
    config: &Config,
    mut apps: Vec<PreviewApp<'_>>,
    mut reporter: Reporter,
) -> anyhow::Result<Vec<Report>> {
    let Candidate {
        ctx, repository, pull, ..
    } = *candidate;
    if let Some(signal) = signal_of(&apps) {
        reporter.close(&reports_of(apps)).await;
        return Err(signal.into());
    }
    if let Some(skip) = beyond(&apps) {
        return match candidate.take_back(config, skip, Some(&mut reporter)).await {
            Ok(report) => Ok(vec![report]),
            Err(error) => {
                for app in &mut apps {
                    app.end = app.break_off(&error).await;
                }
                let signal = signal_of(&apps);
                let reports = reports_of(apps);
                reporter.close(&reports).await;
                signal.map_or(Ok(reports), |signal| Err(signal.into()))
            }
        };
    }
    let now = ctx.github()?.pull(pull.number).await;
    if let Some(now) = now.as_ref().ok().filter(|now| !now.open) {
        ctx.console
            .say("The pull request was closed in the meantime: removing what this run created");
        let reporter = ctx.reporter(config, repository);
        let names: Vec<String> = match &*apps {
            [only] => vec![only.report.app.clone()],
            apps => {
                let made = apps.iter().filter(|app| app.report.app_id.is_some());
                made.map(|app| app.report.app.clone()).collect()
            }
        };
        return teardown::remove(ctx, reporter, repository, now, &names, &RemovalReason::Closed).await;
    }
    let is_reported = |app: &PreviewApp<'_>| app.work.is_some() && matches!(app.end, End::Reported | End::BrokenOff);
    let has_reported = apps.iter().any(is_reported);
    let moved_on = now.as_ref().ok().filter(|now| !now.head.sha.is(&pull.head.sha));
    for app in &mut apps {
        let End::Overtaken(by) = &app.end else { continue };
        let by = by.clone();
        match moved_on {
            Some(_) => {
                ctx.wait.check()?;
                finish::not_sent(&app.ctx, &mut app.report, &by);
            }
            // Somebody else changes the preview at the same time.
            None => app.end = app.break_off(&PlatformError::Overtaken { by }.into()).await,
        }
    }
    let note = match (&now, moved_on) {
        (_, Some(now)) => Some(format!(
            "The pull request has moved on to `{}`, which gets a run of its own",
            now.head.sha.short()
        )),
        (Ok(_), None) => None,
        // How the deployment ended is known; whether the pull request is still open does not change it.
        (Err(error), None) => Some(format!(
            "Could not determine whether the pull request is still open: {error}"
        )),
    };
    if let Some(note) = note.filter(|_| has_reported) {
        ctx.console.say(&note);
        reporter.note(&note);
    }
    let signal = signal_of(&apps);
    if signal.is_none() && ctx.app.is_some() {
        look_at_the_others(candidate, &mut apps).await?;
    }
    let reports = reports_of(apps);
    reporter.close(&reports).await;
    signal.map_or(Ok(reports), |signal| Err(signal.into()))
}

/// Looks again at the apps that a run for one app leaves alone: another run may have deployed them meanwhile.
async fn look_at_the_others(candidate: &Candidate<'_>, apps: &mut [PreviewApp<'_>]) -> anyhow::Result<()> {
    let ctx = candidate.ctx;
    let found = match any_of_environment(ctx, candidate.repository, &candidate.environment()).await {
        Ok(found) => found,
        Err(error) => {
            ctx.wait.check()?;
            ctx.console.warn(&format!(
                "Could not look again at the apps that this run does not deploy: {error:#}"
            ));
            return Ok(());
        }
    };
    for app in apps.iter_mut().filter(|app| app.work.is_none()) {
        let live = found
            .iter()
            .map(|(_, live)| live)
            .find(|live| live.name == app.report.app);
        add_what_serves(&mut app.report, ctx, live);
    }
    Ok(())
}

/// Why a new app of the pull request has no place.
fn beyond<'a>(apps: &'a [PreviewApp<'_>]) -> Option<&'a Skip> {
    apps.iter().find_map(|app| app.work.as_ref()?.beyond.as_ref())
}
