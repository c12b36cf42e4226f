//! Commands that a maintainer writes as the first line of a comment on a pull request.
//!
//! | reaction | says |
//! |---|---|
//! | `eyes` | seen, by someone who may |
//! | `rocket` | done |
//! | `-1` | refused: a newer head, a fork, a closed pull request |
//! | `confused` | failed, or not understood |
//!
//! Whether the author may push is asked before anything else, and who may not gets no answer on GitHub: a comment of
//! theirs costs one request of the repository's hour, and the reason stands in log and summary. The same holds where
//! GitHub does not say whether they may.

mod command;
mod freshness;
mod logs;
mod previews;
mod replies;
mod request;
mod status;
mod wake;

pub(crate) use command::Command;
pub(crate) use request::Request;

use super::context::Ctx;
use super::failure::{cancelled, failure_of};
use crate::config::Config;
use crate::flows::preview;
use crate::flows::preview::eligibility::{Commit, pushed_after};
use crate::flows::preview::removal_reason::RemovalReason;
use crate::flows::preview::teardown;
use crate::flows::project::pull;
use crate::flows::project::source::Source;
use crate::flows::project::target::any_of_environment;
use crate::github::reactions::Reaction;
use crate::github::repository::Repository;
use crate::model::answer::Answer;
use crate::model::environment::Environment;
use crate::model::failure::Kind;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};
use crate::report::{Reporter, ReporterDeps, announced_of, react, react_last};

/// How a command ended, shown on the comment that it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Refused,
    Failed,
}

/// What a command has come to.
#[derive(Debug)]
struct Done {
    /// Of each app.
    reports: Vec<Report>,
    outcome: Outcome,
    unanswered: Unanswered,
}

/// What is still to be said, and where.
#[derive(Debug)]
enum Unanswered {
    /// A reporter of its own has said everything.
    Nothing,
    /// Summary and outputs have been written already.
    InComment(Answer),
    Everywhere(Answer),
}

#[tracing::instrument(target = "flow", name = "comment", skip_all, fields(pull_request = request.pull_request))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Vec<Report>> {
    // Nor is anything written where it cannot be read: it may be a stranger's.
    if let Some(why) = not_permitted(ctx, &request.author).await? {
        ctx.console.notice(&why);
        let report = skipped(request, why);
        ctx.record(&report);
        return Ok(vec![report]);
    }
    let repository = ctx.github()?.repository().await?;
    let unconfigured = Config::default();
    react(
        &ctx.reporter(&unconfigured, &repository),
        request.comment,
        Reaction::Eyes,
    )
    .await;
    let (config, request, executed) = match known(ctx, request, &repository).await {
        Ok((pull, config)) => {
            let keys = previews::keys(&config);
            match request.among(&keys) {
                Ok(asked) => {
                    let ctx = ctx.about(asked.app.as_deref());
                    let executed = execute(&ctx, &asked, &repository, &pull, &config).await;
                    (config, asked, executed)
                }
                Err((command, name)) => {
                    let answer = replies::unknown_app(command, name, &keys);
                    let environment = Environment::Preview(pull.number);
                    let answered = Done::answered(&environment, Outcome::Failed, answer);
                    (config, request.clone(), Ok(answered))
                }
            }
        }
        Err(error) => (unconfigured, request.at_face_value(), Err(error)),
    };
    let request = &request;
    let (done, ended) = match executed {
        Ok(done) => (done, Ok(())),
        // The signal leaves no time for more than a reaction, and a new comment is a new try.
        Err(error) if cancelled(&error).is_some() => {
            let reporter = ctx.reporter(&config, &repository);
            react_last(&reporter, request.comment, Reaction::Confused).await;
            return Err(error);
        }
        Err(error) => (failed(request, &error), Err(error)),
    };
    let reporter = ctx.reporter(&config, &repository);
    give_answer(ctx, &reporter, request, &done).await;
    let reaction = match done.outcome {
        Outcome::Done => Reaction::Rocket,
        Outcome::Refused => Reaction::ThumbsDown,
        Outcome::Failed => Reaction::Confused,
    };
    react(&reporter, request.comment, reaction).await;
    ended.map(|()| done.reports)
}

/// The pull request, and what the default branch's configuration says.
async fn known(ctx: &Ctx, request: &Request, repository: &Repository) -> anyhow::Result<(PullRequest, Config)> {
    let pull = pull::pull(ctx, request.pull_request).await?;
    let config = Source::of_branch(ctx, &repository.default_branch)
        .await
        .config()
        .await?;
    Ok((pull, config))
}

/// Asks what the author may do here. `Some`: not enough, and why. `author_association` is not asked, because it says
/// `MEMBER` of everyone in the organisation.
async fn not_permitted(ctx: &Ctx, author: &str) -> anyhow::Result<Option<String>> {
    let permission = ctx.github()?.permission(author).await?;
    let role = permission.as_ref().map_or("none", |permission| permission.role());
    if permission.as_ref().is_some_and(|permission| permission.may_write()) {
        ctx.console
            .say(&format!("A command by `{author}`, whose role is `{role}`"));
        return Ok(None);
    }
    Ok(Some(format!(
        "`{author}` may not give commands here: that takes the permission to push to the repository, and theirs is `{role}`"
    )))
}

/// Carries the command out.
async fn execute(
    ctx: &Ctx,
    request: &Request,
    repository: &Repository,
    pull: &PullRequest,
    config: &Config,
) -> anyhow::Result<Done> {
    let (command, environment) = (request.command, Environment::Preview(pull.number));
    let answered = |outcome, answer| Ok(Done::answered(&environment, outcome, answer));
    match command {
        Command::Preview => build(ctx, request, repository, pull, false).await,
        Command::Redeploy { force_build } => build(ctx, request, repository, pull, force_build).await,
        Command::Help => answered(Outcome::Done, replies::help(&previews::keys(config))),
        Command::Unknown(wrong) => answered(Outcome::Failed, replies::unknown(wrong, &previews::keys(config))),
        Command::Teardown => {
            // It takes every app of the pull request.
            let apps = any_of_environment(ctx, repository, &environment).await?;
            if apps.is_empty() && !was_removed_silently(ctx, repository, pull, config).await {
                return answered(Outcome::Refused, replies::no_preview(command, None));
            }
            for (_, app) in &apps {
                ctx.redactor_of(&app.document, config);
            }
            remove(ctx, pull.number).await
        }
        Command::Logs(_) | Command::Status | Command::Wake => {
            let apps = previews::of(ctx, config, repository, pull).await?;
            // Whatever is said of an app: an address it redirects to, a message of the platform.
            for preview in &apps {
                ctx.redactor_of(&preview.app.document, &preview.config);
            }
            previews::ask(ctx, command, pull, apps).await
        }
    }
}

/// Whether a run may have removed the apps and was killed before everything was said: an earlier attempt of this one, or
/// whichever left the preview on GitHub.
async fn was_removed_silently(ctx: &Ctx, repository: &Repository, pull: &PullRequest, config: &Config) -> bool {
    let announced = announced_of(&ctx.reporter(config, repository), pull.number).await;
    ctx.run.was_started_again() || announced.is_some_and(|announced| announced.is_live)
}

/// `/preview` and `/redeploy`: of the head that stood when the comment was written, and of no other.
async fn build(
    ctx: &Ctx,
    request: &Request,
    repository: &Repository,
    pull: &PullRequest,
    force_build: bool,
) -> anyhow::Result<Done> {
    let command = request.command;
    let environment = Environment::Preview(pull.number);
    let refused = |answer| Ok(Done::answered(&environment, Outcome::Refused, answer));
    if !pull.open {
        return refused(replies::closed(command));
    }
    if pull.is_fork_of(&repository.full_name) {
        return refused(replies::fork(command, pull.number));
    }
    let (stood, evidence) = freshness::stood(ctx, pull, request.written_at).await?;
    if evidence == freshness::Evidence::Commit {
        ctx.console.say(
            "No workflow run shows when the head was pushed (that takes `actions: read`): its committer's date is believed",
        );
    }
    if !stood {
        return refused(replies::refused(command, &pushed_after(&pull.head.sha)));
    }
    let deployment = preview::Request {
        pull_request: pull.number,
        commit: Commit::Commanded(pull.head.sha.clone()),
        insisted: true,
        force_build,
        dry_run: false,
        images: crate::policy::images::Images::default(),
    };
    let reports = preview::run(ctx, &deployment).await?;
    let outcome = match State::of_all(&reports) {
        State::Ready | State::Removed => Outcome::Done,
        State::Skipped => Outcome::Refused,
        _ => Outcome::Failed,
    };
    // Only a run that opened its reporter knows its apps, and has reported everything about them.
    let unreported = reports.first().filter(|report| report.app.is_empty());
    let unanswered = match unreported.map(|report| (&report.failure, report.notes.first())) {
        Some((Some(failure), _)) => Unanswered::InComment(replies::failed(command, failure)),
        Some((None, Some(note))) => Unanswered::InComment(replies::refused(command, note)),
        _ => Unanswered::Nothing,
    };
    Ok(Done {
        reports,
        outcome,
        unanswered,
    })
}

/// `/teardown`: also of an open pull request.
async fn remove(ctx: &Ctx, pull_request: u64) -> anyhow::Result<Done> {
    let request = teardown::Request {
        pull_request,
        because: RemovalReason::Commanded,
        dry_run: false,
    };
    Ok(Done {
        reports: teardown::run(ctx, &request).await?,
        outcome: Outcome::Done,
        unanswered: Unanswered::Nothing,
    })
}

/// What an error leaves to be said. The run itself says it in log and summary.
fn failed(request: &Request, error: &anyhow::Error) -> Done {
    let failure = failure_of(error);
    // What is wrong with the input of a preview stands in its own part of the comment.
    let unanswered = match is_build(request.command) && failure.kind == Kind::Input {
        true => Unanswered::Nothing,
        false => Unanswered::InComment(replies::failed(request.command, &failure)),
    };
    Done {
        reports: vec![Report::new(
            "",
            Environment::Preview(request.pull_request),
            State::Skipped,
        )],
        outcome: Outcome::Failed,
        unanswered,
    }
}

/// Writes the answer in every place where readers expect one.
async fn give_answer(ctx: &Ctx, reporter: &ReporterDeps, request: &Request, done: &Done) {
    match &done.unanswered {
        Unanswered::Nothing => {}
        Unanswered::InComment(answer) => Reporter::answer_in_comment(reporter.clone(), &done.reports, answer).await,
        Unanswered::Everywhere(answer) => {
            let to = answer.to.unwrap_or("Not understood");
            let of = request.app.as_ref().map(|app| format!(" {app}")).unwrap_or_default();
            ctx.console.say(&format!("{to}{of}: {}", answer.said));
            for (app, answer) in &answer.apps {
                let console = ctx.console.of_app(app);
                let said = std::iter::once(&answer.said).chain(&answer.points);
                said.for_each(|said| console.say(said));
            }
            answer.points.iter().for_each(|point| ctx.console.say(point));
            Reporter::answer(reporter.clone(), &done.reports, answer).await;
        }
    }
}

fn is_build(command: Command) -> bool {
    matches!(command, Command::Preview | Command::Redeploy { .. })
}

fn skipped(request: &Request, note: String) -> Report {
    let mut report = Report::new("", Environment::Preview(request.pull_request), State::Skipped);
    report.notes.push(note);
    report
}

impl Done {
    /// Nothing was deployed: the answer is all.
    fn answered(environment: &Environment, outcome: Outcome, answer: Answer) -> Self {
        Self {
            reports: vec![Report::new("", environment.clone(), State::Skipped)],
            outcome,
            unanswered: Unanswered::Everywhere(answer),
        }
    }
}
