//! Commands that a maintainer writes as the first line of a comment on a pull request.
//!
//! | reaction | says |
//! |---|---|
//! | `eyes` | seen, by somebody who may |
//! | `rocket` | done |
//! | `-1` | refused: no permission, a newer head, a fork, a closed pull request |
//! | `confused` | failed, or not understood |
//!
//! Who may not push to the repository gets a reaction and nothing else: nothing of theirs makes us write a comment.

mod command;
mod logs;
mod pin;
mod replies;
mod request;
mod status;
mod wake;

pub(crate) use command::Command;
pub(crate) use request::Request;

use super::board::{Board, react};
use super::context::Ctx;
use super::eligibility::{Commit, pushed_after};
use super::failure::{cancelled, failure_of};
use super::{ownership, preview, source, teardown};
use crate::config::Config;
use crate::github::reactions::Reaction;
use crate::github::repository::Repository;
use crate::model::answer::Answer;
use crate::model::environment::Environment;
use crate::model::failure::Kind;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};

/// How a command ended, for whoever looks at the comment that it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Refused,
    Failed,
}

/// What a command has come to.
#[derive(Debug)]
struct Done {
    report: Report,
    outcome: Outcome,
    /// `None`: a board of its own has said everything.
    answer: Option<Answer>,
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let board = ctx.board(&Config::default(), &repository);
    if let Some(why) = not_permitted(ctx, &request.author).await? {
        react(&board, request.comment, Reaction::ThumbsDown).await;
        ctx.console.notice(&why);
        let report = skipped(request, why);
        ctx.record(&report);
        return Ok(report);
    }
    react(&board, request.comment, Reaction::Eyes).await;
    let mut config = Config::default();
    let obeyed = obey(ctx, request, &repository, &mut config).await;
    let board = ctx.board(&config, &repository);
    let (outcome, ended) = match obeyed {
        Ok(done) => (done.outcome, tell(ctx, request, &config, &repository, done).await),
        Err(error) if cancelled(&error).is_some() => return Err(error),
        Err(error) => {
            let failure = failure_of(&error);
            // What is wrong with the input of a preview stands in its own part of the comment.
            if !(is_build(request.command) && failure.kind == Kind::Input) {
                let answer = replies::failed(request.command, &failure);
                Board::answer_in_comment(board.clone(), &skipped(request, String::new()), &answer).await;
            }
            (Outcome::Failed, Err(error))
        }
    };
    let reaction = match outcome {
        Outcome::Done => Reaction::Rocket,
        Outcome::Refused => Reaction::ThumbsDown,
        Outcome::Failed => Reaction::Confused,
    };
    react(&board, request.comment, reaction).await;
    ended
}

/// Asks what the author may do here. `Some`: not enough, and why. `author_association` is not asked, because it says
/// `MEMBER` of everybody in the organisation.
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

/// Carries the command out. `config` is the base branch's as soon as it is known.
async fn obey(ctx: &Ctx, request: &Request, repository: &Repository, config: &mut Config) -> anyhow::Result<Done> {
    let number = request.pull_request;
    let pull = ctx
        .github()?
        .pull(number)
        .await
        .map_err(|error| preview::unknown_pull(error, number))?;
    *config = source::config(ctx, &pull.base_branch).await?;
    let environment = Environment::Preview(number);
    let answered = |outcome, answer| Ok(Done::answered(&environment, outcome, answer));
    let command = request.command;
    let kind = match command {
        Command::Preview => return build(ctx, request, repository, &pull, false).await,
        Command::Redeploy { force_build } => return build(ctx, request, repository, &pull, force_build).await,
        Command::Help => return answered(Outcome::Done, replies::help(command)),
        Command::Unknown => return answered(Outcome::Failed, replies::help(command)),
        Command::Logs(kind) => kind,
        Command::Status | Command::Teardown | Command::Wake => None,
    };
    let Some(app) = ownership::marked(ctx, repository.id, &environment).await? else {
        return answered(Outcome::Refused, replies::no_preview(command));
    };
    match command {
        Command::Teardown => remove(ctx, number).await,
        Command::Wake => wake::wake(ctx, config, &environment, &app).await,
        Command::Logs(_) => {
            let answer = logs::answer(ctx, config, repository, &environment, &app, kind).await?;
            answered(Outcome::Done, answer)
        }
        _ => {
            let answer = status::answer(ctx, repository, &environment, &app).await?;
            answered(Outcome::Done, answer)
        }
    }
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
    let (stood, evidence) = pin::stood(ctx, pull, request.written_at).await?;
    if evidence == pin::Evidence::Commit {
        ctx.console.say(
            "No workflow run tells when the head was pushed (that takes `actions: read`): its committer's date is believed",
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
        images: crate::spec::Images::default(),
    };
    let report = preview::run(ctx, &deployment).await?;
    let outcome = match report.state {
        State::Ready | State::Removed => Outcome::Done,
        State::Skipped => Outcome::Refused,
        _ => Outcome::Failed,
    };
    // A report without an app comes from a run that never opened its board.
    let untold = match (&report.failure, report.app.is_empty()) {
        (Some(failure), true) => Some(replies::failed(command, failure)),
        (None, true) => report.notes.first().map(|note| replies::refused(command, note)),
        (_, false) => None,
    };
    if let Some(answer) = &untold {
        let board = ctx.board(&source::config(ctx, &pull.base_branch).await?, repository);
        Board::answer_in_comment(board, &report, answer).await;
    }
    Ok(Done {
        report,
        outcome,
        answer: None,
    })
}

/// `/teardown`: also of an open pull request.
async fn remove(ctx: &Ctx, pull_request: u64) -> anyhow::Result<Done> {
    let request = teardown::Request {
        pull_request,
        only_if_closed: false,
        because: teardown::Because::Asked,
        dry_run: false,
    };
    Ok(Done {
        report: teardown::run(ctx, &request).await?,
        outcome: Outcome::Done,
        answer: None,
    })
}

/// Says the answer wherever one is looked for.
async fn tell(
    ctx: &Ctx,
    request: &Request,
    config: &Config,
    repository: &Repository,
    done: Done,
) -> anyhow::Result<Report> {
    let Some(answer) = &done.answer else {
        return Ok(done.report);
    };
    let to = request.command.word().unwrap_or("Not understood");
    ctx.console.say(&format!("{to}: {}", answer.said));
    answer.points.iter().for_each(|point| ctx.console.say(point));
    Board::answer(ctx.board(config, repository), &done.report, answer).await?;
    Ok(done.report)
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
            report: Report::new("", environment.clone(), State::Skipped),
            outcome,
            answer: Some(answer),
        }
    }
}
