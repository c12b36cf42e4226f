//! Which of a pull request's apps a command is about, and what each of them is asked.

use std::sync::Arc;

use super::command::Command;
use super::request::Request;
use super::{Done, Outcome, Unanswered};
use super::{logs, replies, status, wake};
use crate::config::Config;
use crate::flows::context::Ctx;
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

/// The command as the repository's apps make it: its last word is the name of one of them, where there are several.
///
/// # Errors
/// The answer to a name that none of them has.
pub(super) fn addressed(ctx: &Ctx, request: &Request, config: &Config) -> Result<(Ctx, Request), Answer> {
    let apps = config.apps();
    let keys: Vec<&str> = apps.iter().filter_map(|app| app.key.as_deref()).collect();
    let (mut ctx, mut request) = (ctx.clone(), request.clone());
    if let Some((command, name)) = request.of_app.take_if(|_| !keys.is_empty()) {
        if !keys.contains(&name.as_str()) {
            return Err(replies::unknown_app(command, &name, &keys));
        }
        request.command = command;
        ctx.app = Some(name);
    }
    Ok((ctx, request))
}

/// The apps that the pull request has, of those that the command is about.
pub(super) async fn of(
    ctx: &Ctx,
    config: &Config,
    repository: &Repository,
    pull: &PullRequest,
) -> anyhow::Result<Vec<PreviewOf>> {
    let environment = Environment::Preview(pull.number);
    let entries = config.apps();
    if entries.iter().all(|entry| entry.key.is_none()) {
        let only = Target::find_marked(ctx, repository, &environment, &AppIdentity::only_by_marks()).await?;
        let preview = |(target, app)| PreviewOf {
            target,
            app,
            config: config.clone(),
        };
        return Ok(only.map(preview).into_iter().collect());
    }
    let found = any_of_environment(ctx, repository, &environment).await?;
    let meant = found.into_iter().filter_map(|(platform, app)| {
        let key = app.marks.as_ref().and_then(|marks| marks.app.clone());
        let entry = entries.iter().find(|entry| entry.key == key);
        let is_meant = ctx.app.is_none() || ctx.app == key;
        let target = Target {
            repository: repository.clone(),
            environment: environment.clone(),
            app: AppIdentity {
                names: AppNames { key, manifest: None },
                others: Vec::new(),
            },
            platform: Arc::clone(&platform),
        };
        let config = entry.map_or_else(|| config.clone(), |entry| entry.config.clone());
        is_meant.then_some(PreviewOf { target, app, config })
    });
    Ok(meant.collect())
}

/// Asks each of them; a log is shown of one alone.
pub(super) async fn ask(
    ctx: &Ctx,
    command: Command,
    pull: &PullRequest,
    previews: &[PreviewOf],
) -> anyhow::Result<Done> {
    let environment = Environment::Preview(pull.number);
    if previews.is_empty() {
        return Ok(Done::answered(
            &environment,
            Outcome::Refused,
            replies::no_preview(command),
        ));
    }
    if let (Command::Logs(_), [_, _, ..]) = (command, previews) {
        let keys = previews
            .iter()
            .filter_map(|preview| preview.target.app.names.key.clone());
        let answer = replies::several(command, &keys.collect::<Vec<_>>());
        return Ok(Done::answered(&environment, Outcome::Refused, answer));
    }
    // A good answer is what the preview's own commit says.
    let commit = match command {
        Command::Wake => Source::at(ctx, &pull.head.sha).await.config().await.ok(),
        _ => None,
    };
    let mut done = Vec::new();
    for PreviewOf { target, app, config } in previews {
        done.push(match command {
            Command::Logs(kind) => {
                let (outcome, answer) = logs::answer(ctx, config, target, pull.number, app, kind).await?;
                Done::answered(&environment, outcome, answer)
            }
            Command::Wake => {
                let key = target.app.names.key.as_deref();
                let commit = commit.as_ref().map(|commit| config.shaped_by(commit.of_app(key)));
                wake::wake(ctx, commit.as_ref().unwrap_or(config), target, app).await?
            }
            _ => Done::answered(&environment, Outcome::Done, status::answer(ctx, target, app).await?),
        });
    }
    Ok(match done.len() {
        1 => done.remove(0),
        _ => together(command, done, previews),
    })
}

/// One answer of several: what each app said is a point of it.
fn together(command: Command, done: Vec<Done>, previews: &[PreviewOf]) -> Done {
    let outcomes = done.iter().map(|done| done.outcome);
    let outcome = outcomes.max_by_key(|outcome| *outcome as u8).unwrap_or(Outcome::Done);
    let mut answer = Answer::new(command.word(), "this is what each app says");
    let mut reports = Vec::new();
    for (of_one, preview) in done.into_iter().zip(previews) {
        if let Unanswered::Everywhere(said) = of_one.unanswered {
            let name = &preview.app.name;
            let of = match said.said.contains(&format!("`{name}`")) {
                true => said.said,
                false => format!("`{name}`: {}", said.said),
            };
            let all: Vec<String> = std::iter::once(of).chain(said.points).collect();
            answer = answer.point(all.join("; "));
        }
        reports.extend(of_one.reports);
    }
    Done {
        reports,
        outcome,
        unanswered: Unanswered::Everywhere(answer),
    }
}
