//! Previews whose apps are gone without a word: a run was killed after it had removed them, or someone else did.

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::preview::removal_reason::RemovalReason;
use crate::flows::preview::teardown;
use crate::flows::project::target::any_of_environment;
use crate::github::repository::Repository;
use crate::model::environment::Environment;
use crate::model::names;
use crate::model::report::{Report, State};
use crate::report::{self, Announced};

/// Says of previews that GitHub still shows that nothing is left of them. What GitHub shows ends no more than its own
/// records: nothing is removed. `known`: the pull requests whose previews have apps. Returns what was said and why, and
/// the first error.
pub(crate) async fn sweep(
    ctx: &Ctx,
    dry_run: bool,
    config: &Config,
    repository: &Repository,
    known: &[u64],
) -> (Vec<(Report, String)>, Option<anyhow::Error>) {
    let (mut said, mut first_error) = (Vec::new(), None);
    let announced = match report::announced(&ctx.reporter(config, repository), known).await {
        Ok(announced) => announced,
        Err(error) => {
            ctx.console.say(&format!(
                "Could not read which previews GitHub still shows although they are gone: {error}"
            ));
            return (said, first_error);
        }
    };
    for preview in announced {
        match say_gone(ctx, dry_run, config, repository, &preview).await {
            Ok(reports) => said.extend(reports),
            Err(error) => {
                let what = format!(
                    "the end of the preview of pull request {} could not be said",
                    preview.pull
                );
                ctx.console.warn(&format!("{what}: {error:#}"));
                first_error = first_error.or(Some(error));
            }
        }
        if ctx.wait.check().is_err() {
            break;
        }
    }
    (said, first_error)
}

async fn say_gone(
    ctx: &Ctx,
    dry_run: bool,
    config: &Config,
    repository: &Repository,
    preview: &Announced,
) -> anyhow::Result<Vec<(Report, String)>> {
    let pull = ctx.github()?.pull(preview.pull).await?;
    // What an open pull request's run has begun may be about to get its app, and what failed is still so.
    if pull.open && !preview.is_live {
        return Ok(Vec::new());
    }
    let environment = Environment::Preview(pull.number);
    let is_there_again = any_of_environment(ctx, repository, &environment).await?;
    if !is_there_again.is_empty() {
        return Ok(Vec::new());
    }
    let reason = match pull.open {
        true => "its app does not exist any more",
        false => "its pull request is closed",
    };
    let longest = ctx.clouds.usual().words().longest_name;
    let reports: Vec<Report> = preview
        .apps
        .iter()
        .map(|app| {
            let name = names::preview_app(app, pull.number, repository.id, longest);
            let mut report = Report::new(&name, environment.clone(), State::Removed);
            report.commit = Some(pull.head.sha.clone());
            report.notes = RemovalReason::Swept(reason.to_owned()).notes(&pull);
            report
        })
        .collect();
    ctx.console.say(&format!(
        "The preview of pull request {} is gone, and GitHub still shows it: {reason}",
        pull.number
    ));
    if !dry_run {
        let reporter = ctx.reporter(config, repository).on_github_only();
        teardown::tell(ctx, reporter, repository, &pull, &reports).await;
    }
    let (state, verb) = match dry_run {
        true => (State::Skipped, "Would say that it is gone"),
        false => (State::Removed, "Said that it is gone"),
    };
    let summarised = reports.into_iter().map(|mut report| {
        report.state = state;
        report.notes = vec![format!("{verb}, `{}`: {reason}", report.app)];
        (report, reason.to_owned())
    });
    Ok(summarised.collect())
}
