//! The previews of a pull request: a small app for each of the repository's apps, reused on every push.

pub(crate) mod app;
mod begin;
mod budget;
pub(crate) mod candidate;
pub(crate) mod changed_manifest;
mod choice;
mod deploy;
pub(crate) mod eligibility;
mod finish;
pub(crate) mod forks;
pub(crate) mod hint;
mod leftover;
pub(crate) mod limit;
pub(crate) mod overtaken;
pub(crate) mod plan;
pub(crate) mod removal_reason;
pub(crate) mod report;
pub(crate) mod request;
mod serves_now;
mod skipped;
pub(crate) mod sweep;
pub(crate) mod teardown;
pub(crate) mod wait;

use std::time::Instant;

use tokio::sync::Mutex;

use self::begin::{Begun, Ready, begin};
use self::candidate::Candidate;
use self::eligibility::Skip;
use self::finish::finish;
pub(crate) use self::request::Request;
use crate::config::{Config, Preview};
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::project::source::Source;
use crate::flows::project::{pull, unmerged};
use crate::flows::rollout::app_run::deploy_all;
use crate::model::environment::Environment;
use crate::model::failure::Kind;
use crate::model::report::{Report, State};
use crate::report::Reporter;

/// Returns a report for each app. An unknown result is an ending like any other, for those who wait for the preview; what
/// is wrong with the input and a signal are errors.
#[tracing::instrument(target = "flow", name = "preview", skip_all, fields(pull_request = request.pull_request))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Vec<Report>> {
    match make(ctx, request).await {
        // Whatever went wrong after a signal, the signal is what ended the run.
        Err(error) if cancelled(&error).is_some() => Err(error),
        Err(_) if ctx.wait.check().is_err() => Err(ctx.wait.cancelled().await.into()),
        Err(error) if failure_of(&error).kind == Kind::Unknown => {
            let mut report = Report::new("", Environment::Preview(request.pull_request), State::Unknown);
            report.failure = Some(failure_of(&error));
            ctx.record(&report);
            Ok(vec![report])
        }
        ended => ended,
    }
}

async fn make(ctx: &Ctx, request: &Request) -> anyhow::Result<Vec<Report>> {
    let started = Instant::now();
    request.images.without_forced_build(request.force_build)?;
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let pull = pull::pull(ctx, request.pull_request).await?;
    let candidate = Candidate {
        ctx,
        request,
        repository: &repository,
        pull: &pull,
    };
    if !pull.open {
        let closed = Skip::quietly("the pull request is closed already");
        return Ok(candidate.skipped(&Config::default(), &closed).await);
    }
    let config = match Source::of_branch(ctx, &repository.default_branch).await.config().await {
        Ok(config) => config,
        // What it says of bots and drafts cannot be known: the defaults decide who hears that it is broken.
        Err(error) if candidate.skip_reason(&Preview::default()).is_some() => return Err(error),
        Err(error) => return Err(candidate.refused(&Config::default(), error).await),
    };
    ctx.deadline(config.preview.timeout);
    let elsewhere = unmerged::base_differs(ctx, &config, &pull, &repository.default_branch).await;
    elsewhere.iter().for_each(|differs| ctx.console.warn(differs));
    let begun = match candidate.skip_reason(&config.preview) {
        Some(skip) => Ok(Begun::Skipped(skip)),
        None => begin(&candidate, &config).await,
    };
    let Ready { mut apps, mut notes } = match begun {
        Ok(Begun::Ready(ready)) => ready,
        Ok(Begun::Planned(reports)) => return Ok(reports),
        Ok(Begun::Skipped(skip)) => return Ok(candidate.skipped(&config, &skip).await),
        Ok(Begun::Beyond(skip)) => return Ok(vec![candidate.take_back(&config, &skip, None).await?]),
        Err(error) => return Err(candidate.refused(&config, error).await),
    };
    notes.extend(elsewhere);
    let reports: Vec<Report> = apps.iter().map(|app| app.report.clone()).collect();
    let reporter = Mutex::new(Reporter::open_with(ctx.reporter(&config, &repository), &reports, &notes).await);
    deploy_all(&mut apps, &reporter, started).await;
    finish(&candidate, &config, apps, reporter.into_inner()).await
}
