//! Chooses what to do from the event that started the run, and does it.

mod decide;

use decide::{Decision, decide};

use super::context::Ctx;
use super::{comment, deploy, eligibility, preview, redeploy, source, teardown};
use crate::config::Config;
use crate::model::environment::PRODUCTION;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::spec::Images;

pub(crate) async fn run(ctx: &Ctx) -> anyhow::Result<Report> {
    let event = ctx.run.event_name.clone().ok_or_else(|| {
        Failure::input("there is no event to choose from")
            .why("`GITHUB_EVENT_NAME` is not set")
            .next("outside GitHub Actions name the command: `do-deploy deploy`, `do-deploy preview --pr N`, …")
    })?;
    let unreadable = |error: anyhow::Error| {
        Failure::input(format!("{error:#}")).next("set `GITHUB_EVENT_PATH` to the file that holds the event's payload")
    };
    let payload = ctx.run.event().map_err(unreadable)?.ok_or_else(|| {
        Failure::input("the event has no payload")
            .why("`GITHUB_EVENT_PATH` is not set")
            .next("set it to the file that holds the event's payload")
    })?;
    let default_branch = payload
        .pointer("/repository/default_branch")
        .and_then(serde_json::Value::as_str)
        .unwrap_or("main")
        .to_owned();
    let environments = match decide::needs_environments(&event) {
        true => deployed_branches(&source::config(ctx, &default_branch).await?, &default_branch),
        false => Vec::new(),
    };
    match decide(&event, &payload, &environments)? {
        Decision::Deploy { environment, commit } => {
            deploy::run(
                ctx,
                &deploy::Request {
                    environment,
                    commit,
                    force_build: false,
                    images: Images::default(),
                    release: false,
                    dry_run: false,
                },
            )
            .await
        }
        Decision::Preview { pull_request, head } => {
            let commit = eligibility::Commit::Event(head);
            preview::run(
                ctx,
                &preview::Request {
                    pull_request,
                    commit,
                    force_build: false,
                    images: Images::default(),
                    dry_run: false,
                },
            )
            .await
        }
        Decision::Teardown { pull_request } => {
            teardown::run(
                ctx,
                &teardown::Request {
                    pull_request,
                    only_if_closed: true,
                    dry_run: false,
                },
            )
            .await
        }
        Decision::Redeploy {
            environment,
            commit,
            force_build,
        } => {
            redeploy::run(
                ctx,
                &redeploy::Request {
                    environment,
                    commit,
                    force_build,
                    images: Images::default(),
                },
            )
            .await
        }
        Decision::Comment(request) => comment::run(ctx, &request).await,
        Decision::Nothing { environment, reason } => {
            ctx.console.notice(&format!("Nothing to do: {reason}"));
            let mut report = Report::new("", environment, State::Skipped);
            report.notes.push(format!("Nothing to do: {reason}"));
            ctx.record(&report)?;
            Ok(report)
        }
    }
}

/// Each branch that is deployed, with the environment's name.
fn deployed_branches(config: &Config, default_branch: &str) -> Vec<(String, String)> {
    let named = config
        .environments
        .iter()
        .map(|(name, target)| (target.branch.clone(), name.clone()));
    let branch = &config.production.branch;
    let production = if branch.is_empty() { default_branch } else { branch };
    [(production.to_owned(), PRODUCTION.to_owned())]
        .into_iter()
        .chain(named)
        .collect()
}
