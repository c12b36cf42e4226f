//! Production, or a named environment: each of its apps deployed from its manifest, judged, and rolled back where that is safe.

use std::time::Instant;

use tokio::sync::Mutex;

use crate::flows::context::Ctx;
use crate::flows::failure::cancelled;
use crate::flows::production::app::ProductionApp;
use crate::flows::production::begin::{Begun, begin};
use crate::flows::production::refusal;
pub(crate) use crate::flows::production::request::Request;
use crate::flows::rollout::app_run::{End, deploy_all, reports_of, signal_of};
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::report::Reporter;

/// Returns a report for each app.
#[tracing::instrument(target = "flow", name = "deploy", skip_all, fields(environment = %request.environment))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Vec<Report>> {
    let deployed = deployed(ctx, request).await;
    if let Err(error) = &deployed
        && cancelled(error).is_none()
        && !request.dry_run
    {
        refusal::tell(ctx, &request.commit, &request.environment, error).await;
    }
    deployed
}

async fn deployed(ctx: &Ctx, request: &Request) -> anyhow::Result<Vec<Report>> {
    let started = Instant::now();
    request.images.without_forced_build(request.force_build)?;
    request.replace.without_forced_build(request.force_build)?;
    let Begun {
        config,
        repository,
        branch,
        mut apps,
        notes,
    } = begin(ctx, request).await?;
    let mut reports: Vec<Report> = apps.iter().map(|app| app.report.clone()).collect();
    if apps.iter().all(|app| app.work.is_none()) {
        ctx.record_with(&reports, &notes);
        if let Some(refused) = refused(&reports).filter(|_| !request.dry_run) {
            refusal::tell(ctx, &request.commit, &request.environment, &refused.into()).await;
        }
        return Ok(reports);
    }
    let reporter = Reporter::open_with(ctx.reporter(&config, &repository), &reports, &notes).await;
    let reporter = Mutex::new(reporter);
    deploy_all(&mut apps, &reporter, started).await;
    let mut reporter = reporter.into_inner();
    let is_news = |app: &ProductionApp<'_>| app.report.state != State::Skipped && matches!(app.end, End::Reported);
    let is_news = apps.iter().any(is_news);
    let signal = signal_of(&apps);
    reports = reports_of(apps);
    reporter.close(&reports).await;
    if let Some(signal) = signal {
        return Err(signal.into());
    }
    if is_news {
        tell_the_pull_request(ctx, &branch, &reports, &mut reporter).await;
    }
    Ok(reports)
}

/// What is wrong with the first app that was refused, of several none of which is deployed.
fn refused(reports: &[Report]) -> Option<Failure> {
    let (key, failure) = reports
        .iter()
        .find_map(|report| Some((report.key.as_deref()?, report.failure.as_ref()?)))?;
    Some(Failure {
        what: format!("app `{key}`: {}", failure.what),
        ..failure.clone()
    })
}

/// One line on the comment of the merged pull request that the commit came from. Production's end does not depend on it.
async fn tell_the_pull_request(ctx: &Ctx, branch: &str, reports: &[Report], reporter: &mut Reporter) {
    let commit = reports.iter().find_map(|report| report.commit.as_ref());
    let (Some(commit), Ok(github)) = (commit, ctx.github()) else {
        return;
    };
    match github.impatient().merged_pull_of(commit, branch).await {
        Ok(Some(pull)) => reporter.tell_merged(pull.number).await,
        Ok(None) => {}
        Err(error) => reporter.missed_merged(&error),
    }
}
