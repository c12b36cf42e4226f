//! Removes the preview of a pull request, and says so only when it is gone.

use std::time::Duration;

use super::board::Board;
use super::context::Ctx;
use super::{ownership, preview, source};
use crate::config::Config;
use crate::github::repository::Repository;
use crate::model::environment::Environment;
use crate::model::names;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};
use crate::wait::Deadline;

/// How long the platform may take to let go of an app.
const REMOVAL: Duration = Duration::from_secs(300);

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) pull_request: u64,
    pub(crate) dry_run: bool,
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let pull = github
        .pull(request.pull_request)
        .await
        .map_err(|error| preview::unknown_pull(error, request.pull_request))?;
    let config = source::config(ctx, &pull.base_branch).await?;
    // The head may be gone, and with it what its spec said: the base branch names the app as well, and the marks decide.
    let name = match source::spec(ctx, &config.spec, &pull.base_branch).await {
        Ok(spec) => names::preview_app(spec.name(), pull.number, repository.id),
        Err(error) => match marked_app(ctx, &repository, pull.number).await? {
            Some(name) => name,
            None => return Err(error),
        },
    };
    if request.dry_run {
        let found = ctx.platform()?.find(&name).await?.is_some();
        ctx.console.say(&format!(
            "Would remove `{name}`, which {}",
            if found { "exists" } else { "does not exist" }
        ));
        let mut report = Report::new(name, Environment::Preview(pull.number), State::Skipped);
        report.notes.push("A dry run: nothing was touched".to_owned());
        return Ok(report);
    }
    remove(ctx, &config, &repository, &pull, &name).await
}

/// The same when everything about the pull request is known already.
pub(super) async fn remove(
    ctx: &Ctx,
    config: &Config,
    repository: &Repository,
    pull: &PullRequest,
    name: &str,
) -> anyhow::Result<Report> {
    let environment = Environment::Preview(pull.number);
    let platform = ctx.platform()?;
    let mut report = Report::new(name, environment.clone(), State::Removed);
    report.commit = Some(pull.head.sha.clone());
    let app = match platform.find(name).await? {
        Some(app) => Some(app),
        // The spec's name may have changed since the preview was made; its marks have not.
        None => match marked_app(ctx, repository, pull.number).await? {
            Some(name) => platform.find(&name).await?,
            None => None,
        },
    };
    match app {
        Some(app) => {
            ownership::require(&app, repository.id, &environment)?;
            ctx.wait.check()?;
            ctx.console.say(&format!("Removing the preview `{}`", app.name));
            platform
                .destroy(&app.id, Deadline::after(ctx.timeout.unwrap_or(REMOVAL)))
                .await?;
            ctx.console.say(&format!("`{}` is gone", app.name));
            report.app = app.name;
            report.app_id = Some(app.id);
        }
        None => {
            ctx.console
                .say(&format!("There is no preview `{name}`: nothing to remove"));
            let board = ctx.board(config, repository);
            if Board::has_said_removed(&board, pull.number).await {
                ctx.record(&report)?;
                return Ok(report);
            }
        }
    }
    Board::tell(ctx.board(config, repository), std::slice::from_ref(&report)).await?;
    Ok(report)
}

/// The name of the app that is marked as this pull request's preview, whatever it is called.
async fn marked_app(ctx: &Ctx, repository: &Repository, pull_request: u64) -> anyhow::Result<Option<String>> {
    let environment = Environment::Preview(pull_request);
    let apps = ctx.platform()?.list().await?;
    let ours = apps.into_iter().find(|app| {
        app.marks
            .as_ref()
            .is_some_and(|marks| marks.same_owner(repository.id, &environment))
    });
    Ok(ours.map(|app| app.name))
}
