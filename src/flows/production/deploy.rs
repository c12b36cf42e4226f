//! Production, or a named environment: each of its apps deployed from its manifest, judged, and rolled back where that is safe.

use std::time::Instant;

use tokio::sync::Mutex;

use crate::flows::context::Ctx;
use crate::flows::failure::cancelled;
use crate::flows::production::app::ProductionApp;
use crate::flows::production::begin::{Begun, begin};
use crate::flows::production::refusal;
pub(crate) use crate::flows::production::request::Request;
use crate::model::report::{Report, State};
use crate::report::{AppReporter, Reporter};

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
    let mut app = match begin(ctx, request).await? {
        Begun::Ready(app) => app,
        Begun::NotDeployed(report) => {
            ctx.record(&report);
            return Ok(vec![*report]);
        }
    };
    let deps = ctx.reporter(&app.revision.config, &app.revision.target.repository);
    let reporter = Reporter::open(deps, std::slice::from_ref(&app.report)).await;
    let reporter = Mutex::new(reporter);
    let signal = app.deploy(AppReporter::new(&reporter, 0), started).await;
    let mut reporter = reporter.into_inner();
    reporter.close(std::slice::from_ref(&app.report)).await;
    if let Some(signal) = signal {
        return Err(signal.into());
    }
    if app.report.state != State::Skipped && !app.has_broken_off {
        tell_the_pull_request(ctx, &app, &mut reporter).await;
    }
    Ok(vec![app.report])
}

/// One line on the comment of the merged pull request that the commit came from. Production's end does not depend on it.
async fn tell_the_pull_request(ctx: &Ctx, app: &ProductionApp<'_>, reporter: &mut Reporter) {
    let (Some(commit), Ok(github)) = (&app.report.commit, ctx.github()) else {
        return;
    };
    match github.impatient().merged_pull_of(commit, &app.revision.branch).await {
        Ok(Some(pull)) => reporter.tell_merged(pull.number).await,
        Ok(None) => {}
        Err(error) => reporter.missed_merged(&error),
    }
}
