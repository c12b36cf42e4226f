//! Which of a pull request's apps a command is about, and what each of them is asked.

use super::command::Command;
use super::{Done, Outcome, Unanswered};
use super::{logs, replies, status, wake};
use crate::config::{AppConfig, Config};
use crate::flows::context::Ctx;
use crate::flows::inspect::found::preview_identities;
use crate::flows::inspect::status::newest_failed;
use crate::flows::project::source::Source;
use crate::flows::project::target::{Target, any_of_environment};
use crate::github::repository::Repository;
use crate::model::answer::Answer;
use crate::model::app_identity::{AppIdentity, AppNames};
use crate::model::environment::Environment;
use crate::model::pull_request::PullRequest;
use crate::platforms::App;

/// One app of the pull request.
pub(super) struct PreviewOf {
    target: Target,
    pub(super) app: App,
    /// What the default branch says of it.
    pub(super) config: Config,
}

/// The names of the repository's apps under `[apps]`.
pub(super) fn keys(config: &Config) -> Vec<String> {
    config.apps().into_iter().filter_map(|app| app.key).collect()
}

/// The apps that the pull request has, of those that the command is about, in the order of the configuration.
pub(super) async fn of(
    ctx: &Ctx,
    config: &Config,
    repository: &Repository,
    pull: &PullRequest,
) -> anyhow::Result<Vec<PreviewOf>> {
    let environment = Environment::Preview(pull.number);
    if !config.has_apps() {
        let only = Target::find_marked(ctx, repository, &environment, &AppIdentity::only_by_marks()).await?;
        let preview = |(target, app)| PreviewOf {
            target,
            app,
            config: config.clone(),
        };
        return Ok(only.map(preview).into_iter().collect());
    }
    let source = Source::at(ctx, &pull.head.sha).await;
    let known = preview_identities(ctx, repository, &source, config.apps()).await?;
    let mut found = Vec::new();
    for (platform, app) in any_of_environment(ctx, repository, &environment).await? {
        let marks = app.marks.as_ref();
        let is_owner = |(_, identity): &(AppConfig, AppIdentity)| marks.is_some_and(|it| identity.owns(it, &app.name));
        let owner = known.iter().position(is_owner);
        let (identity, config) = match owner.map(|at| &known[at]) {
            Some((entry, identity)) => (identity.clone(), &entry.config),
            // Of an app that was taken out of the configuration: it is called what its mark says.
            None => {
                let names = AppNames {
                    key: marks.and_then(|marks| marks.app.clone()),
                    manifest: None,
                };
                let others = Vec::new();
                (AppIdentity { names, others }, config)
            }
        };
        if ctx.app.is_none() || ctx.app == identity.names.key {
            let target = Target {
                repository: repository.clone(),
                environment: environment.clone(),
                app: identity,
                platform,
            };
            let config = config.clone();
            found.push((owner.unwrap_or(known.len()), PreviewOf { target, app, config }));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, preview)| preview).collect())
}

/// Asks each of them; a log is shown of one alone.
pub(super) async fn ask(
    ctx: &Ctx,
    command: Command,
    pull: &PullRequest,
    previews: Vec<PreviewOf>,
) -> anyhow::Result<Done> {
    let environment = Environment::Preview(pull.number);
    let refused = |answer| Ok(Done::answered(&environment, Outcome::Refused, answer));
    if previews.is_empty() {
        return refused(replies::no_preview(command, ctx.app.as_deref()));
    }
    let previews = match command {
        Command::Logs(_) if previews.len() > 1 => match only_failed(previews).await {
            Ok(one) => vec![one],
            Err(answer) => return refused(answer),
        },
        _ => previews,
    };
    // A good answer is what the preview's own commit says.
    let commit = match command {
        Command::Wake => Source::at(ctx, &pull.head.sha).await.config().await.ok(),
        _ => None,
    };
    let mut done = Vec::new();
    for PreviewOf { target, app, config } in &previews {
        let key = target.app.names.key.as_deref();
        let ctx = &match key.filter(|_| previews.len() > 1) {
            Some(key) => ctx.of_app(key),
            None => ctx.clone(),
        };
        done.push(match command {
            Command::Logs(kind) => {
                let (outcome, answer) = logs::answer(ctx, config, target, pull.number, app, kind).await?;
                Done::answered(&environment, outcome, answer)
            }
            Command::Wake => {
                let commit = commit.as_ref().map(|commit| config.shaped_by(commit.of_app(key)));
                wake::wake(ctx, commit.as_ref().unwrap_or(config), target, app).await?
            }
            _ => Done::answered(&environment, Outcome::Done, status::answer(ctx, target, app).await?),
        });
    }
    Ok(match done.len() {
        1 => done.remove(0),
        _ => together(command, done, &previews),
    })
}

/// Of several apps the one that failed, which is the one that people ask about.
///
/// # Errors
/// The answer where none failed, or several did.
async fn only_failed(previews: Vec<PreviewOf>) -> Result<PreviewOf, Answer> {
    let keys = previews
        .iter()
        .filter_map(|preview| preview.target.app.names.key.clone());
    let keys: Vec<String> = keys.collect();
    let mut failed = Vec::new();
    for preview in previews {
        if newest_failed(preview.target.platform.as_ref(), &preview.app).await {
            failed.push(preview);
        }
    }
    match failed.len() {
        1 => Ok(failed.remove(0)),
        failed => Err(replies::several(failed > 0, &keys)),
    }
}

/// One answer of several, with what is said of each app.
fn together(command: Command, done: Vec<Done>, previews: &[PreviewOf]) -> Done {
    let outcomes = done.iter().map(|done| done.outcome);
    let outcome = outcomes.max_by_key(|outcome| *outcome as u8).unwrap_or(Outcome::Done);
    let mut answer = Answer::new(command.word(), "this is what each app says");
    let mut reports = Vec::new();
    for (of_one, PreviewOf { target, app, .. }) in done.into_iter().zip(previews) {
        if let Unanswered::Everywhere(said) = of_one.unanswered {
            let key = target.app.names.key.as_ref().unwrap_or(&app.name);
            answer.apps.push((key.clone(), said));
        }
        reports.extend(of_one.reports);
    }
    Done {
        reports,
        outcome,
        unanswered: Unanswered::Everywhere(answer),
    }
}
