//! Does what was decided: one call of a flow for each decision.

use super::Ended;
use super::as_it_is;
use super::decide::Decision;
use super::dispatch_inputs::{Asked, Verb};
use crate::actions::outputs::write_pull_requests;
use crate::flows::context::Ctx;
use crate::flows::inspect::{logs, status, verify};
use crate::flows::preview::removal_reason::RemovalReason;
use crate::flows::preview::{eligibility, forks, sweep, teardown};
use crate::flows::production::{deploy, rollback};
use crate::flows::project::pull;
use crate::flows::project::source::Source;
use crate::flows::{comment, preview, redeploy};
use crate::model::environment::Environment;
use crate::model::report::{Report, State};

pub(super) async fn act(ctx: &Ctx, decision: Decision, dry_run: bool) -> anyhow::Result<Ended> {
    let reports = match decision {
        Decision::Deploy {
            environment,
            commit,
            images,
            replace,
        } => {
            let request = deploy::Request {
                environment,
                commit,
                force_build: false,
                images,
                replace,
                release: false,
                dry_run,
            };
            deploy::run(ctx, &request).await?
        }
        Decision::Preview {
            pull_request,
            head,
            images,
        } => {
            let request = preview::Request {
                pull_request,
                commit: eligibility::Commit::Event(head),
                insisted: false,
                force_build: false,
                images,
                dry_run,
            };
            preview::run(ctx, &request).await?
        }
        Decision::Teardown {
            pull_request,
            closed: true,
        } => {
            let request = teardown::Request {
                pull_request,
                because: RemovalReason::Closed,
                dry_run,
            };
            teardown::run(ctx, &request).await?
        }
        Decision::Teardown {
            pull_request,
            closed: false,
        } => no_longer_wanted(ctx, pull_request, dry_run).await?,
        Decision::AsItIs {
            pull_request,
            head,
            images,
        } => {
            let request = as_it_is::Request {
                pull_request,
                head,
                images,
                dry_run,
            };
            as_it_is::run(ctx, &request).await?
        }
        Decision::Find { pull_requests } => vec![found(ctx, &pull_requests)?],
        Decision::Forks { pull_requests } => forks::explain(ctx, &pull_requests, dry_run).await?,
        Decision::Sweep => {
            let request = sweep::Request { dry_run, nightly: true };
            sweep::run(ctx, &request).await?;
            return Ok(Ended::Reported);
        }
        Decision::Asked(asked) => return as_asked(ctx, asked).await,
        Decision::Comment(request) => comment::run(ctx, &request).await?,
        Decision::Nothing { environment } => vec![Report::new("", environment, State::Skipped)],
    };
    Ok(Ended::Reports(reports))
}

/// Says which pull requests the next jobs act on, each in the pull request's own group.
fn found(ctx: &Ctx, pull_requests: &[u64]) -> anyhow::Result<Report> {
    if let Some(file) = &ctx.run.output_file {
        write_pull_requests(file, pull_requests)?;
    }
    let first = pull_requests.first().copied();
    let environment = first.map_or_else(Environment::production, Environment::Preview);
    let mut report = Report::new("", environment, State::Skipped);
    let numbers: Vec<String> = pull_requests.iter().map(ToString::to_string).collect();
    report.notes.push(format!("Found pull request {}", numbers.join(", ")));
    ctx.record(&report);
    Ok(report)
}

/// Events come late and are replayed: what the pull request is now decides.
async fn no_longer_wanted(ctx: &Ctx, pull_request: u64, dry_run: bool) -> anyhow::Result<Vec<Report>> {
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let pull = pull::pull(ctx, pull_request).await?;
    let config = Source::of_branch(ctx, &repository.default_branch)
        .await
        .config()
        .await?;
    let Some(skip) = eligibility::skip_reason(&config.preview, &pull, &repository.full_name, false) else {
        let why = format!("Pull request {pull_request} gets a preview again: it stays");
        ctx.console.notice(&why);
        let mut report = Report::new("", Environment::Preview(pull_request), State::Skipped);
        report.notes.push(why);
        ctx.record(&report);
        return Ok(vec![report]);
    };
    let request = teardown::Request {
        pull_request,
        because: RemovalReason::Unwanted(skip.reason),
        dry_run,
    };
    teardown::run(ctx, &request).await
}

async fn as_asked(ctx: &Ctx, asked: Asked) -> anyhow::Result<Ended> {
    let pull_request = asked.pull_request();
    let Asked { verb, flags } = asked;
    let reports = match verb {
        Verb::Redeploy => redeploy::run(ctx, flags).await?,
        Verb::Deploy => deploy::run(ctx, &flags.deploy()).await?,
        Verb::Preview => preview::run(ctx, &flags.preview(pull_request?, true)).await?,
        Verb::Rollback => vec![rollback::run(ctx, &flags.rollback()).await?],
        Verb::Teardown => teardown::run(ctx, &flags.teardown(pull_request?)).await?,
        Verb::Verify => {
            let verdict = verify::run(ctx, &flags.verify()).await?;
            return Ok(Ended::Verdict(Box::new(verdict)));
        }
        Verb::Sweep => {
            sweep::run(ctx, &flags.sweep()).await?;
            return Ok(Ended::Reported);
        }
        Verb::Status => {
            status::run(ctx, &flags.status()).await?;
            return Ok(Ended::Reported);
        }
        Verb::Logs => {
            logs::run(ctx, &flags.logs()).await?;
            return Ok(Ended::Reported);
        }
    };
    Ok(Ended::Reports(reports))
}
