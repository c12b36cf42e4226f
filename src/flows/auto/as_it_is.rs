//! A preview as its pull request is now, after an event that does not say what happened: made, brought up to date,
//! removed, or left alone.

use crate::flows::context::Ctx;
use crate::flows::preview;
use crate::flows::preview::eligibility::{self, skip_reason};
use crate::flows::preview::removal_reason::RemovalReason;
use crate::flows::preview::teardown;
use crate::flows::project::source::Source;
use crate::flows::project::target::any_of_environment;
use crate::flows::project::{ownership, pull};
use crate::github::repository::Repository;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};
use crate::policy::images::Images;

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) pull_request: u64,
    /// The commit that the event was about.
    pub(super) head: Sha,
    pub(super) images: Images,
    pub(super) dry_run: bool,
}

pub(super) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Vec<Report>> {
    // Before anything is decided: a secret that was forgotten must not look like success.
    ctx.clouds.reachable()?;
    let repository = ctx.github()?.repository().await?;
    let pull = pull::pull(ctx, request.pull_request).await?;
    match unwanted(ctx, &repository, &pull).await? {
        Some(reason) => {
            let request = teardown::Request {
                pull_request: pull.number,
                because: RemovalReason::Unwanted(reason),
                dry_run: request.dry_run,
            };
            return teardown::run(ctx, &request).await;
        }
        None if is_up_to_date(ctx, request, &repository, &pull).await? => {
            let why = format!(
                "The preview of pull request {} serves `{}` already: it stays as it is",
                pull.number,
                pull.head.sha.short()
            );
            ctx.console.notice(&why);
            let mut report = Report::new("", Environment::Preview(pull.number), State::Skipped);
            report.notes.push(why);
            ctx.record(&report);
            return Ok(vec![report]);
        }
        None => {}
    }
    let request = preview::Request {
        pull_request: pull.number,
        commit: eligibility::Commit::Event(request.head.clone()),
        insisted: false,
        force_build: false,
        images: request.images.clone(),
        dry_run: request.dry_run,
    };
    preview::run(ctx, &request).await
}

/// Why a preview that is there is to go: its pull request gets none any more. `None` also where there is none.
async fn unwanted(ctx: &Ctx, repository: &Repository, pull: &PullRequest) -> anyhow::Result<Option<String>> {
    // What is wrong with the configuration is said where the preview is made.
    let Ok(config) = Source::of_branch(ctx, &repository.default_branch).await.config().await else {
        return Ok(None);
    };
    let Some(skip) = skip_reason(&config.preview, pull, &repository.full_name, false) else {
        return Ok(None);
    };
    let environment = Environment::Preview(pull.number);
    let apps = any_of_environment(ctx, repository, &environment).await?;
    Ok((!apps.is_empty()).then_some(skip.reason))
}

/// Whether nothing has happened that a preview depends on: a label of another kind, a reviewer, the same event again.
async fn is_up_to_date(
    ctx: &Ctx,
    request: &Request,
    repository: &Repository,
    pull: &PullRequest,
) -> anyhow::Result<bool> {
    if ctx.run.was_started_again() || !request.images.is_empty() {
        return Ok(false);
    }
    let environment = Environment::Preview(pull.number);
    let head = &pull.head.sha;
    let mut at_head = 0;
    for (_, app) in any_of_environment(ctx, repository, &environment).await? {
        ctx.resolve_names_of(repository, &app).await?;
        let serves_head = ownership::serving(ctx, &app).is_some_and(|serving| serving.is(head));
        at_head += usize::from(serves_head);
    }
    if at_head == 0 {
        return Ok(false);
    }
    // One that was found bad, or whose run was killed, is deployed and checked again. Of several apps those whose files the
    // pull request does not change serve what they did.
    let recorded = ctx.github()?.recorded(&environment, head).await?;
    Ok(recorded.len() == at_head && recorded.iter().all(|it| it.state == "success"))
}
