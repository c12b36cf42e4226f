//! The answers that need no looking: help, forks, closed pull requests, previews that are not there.

use super::command::{Command, InvalidCommand};
use crate::model::answer::Answer;
use crate::model::commands::COMMANDS;
use crate::model::failure::Failure;

/// The commands that there are.
pub(super) fn help() -> Answer {
    list(Answer::new(Command::Help.word(), "these are the commands"))
}

/// What was wrong, in our own words only.
pub(super) fn unknown(wrong: InvalidCommand) -> Answer {
    let said = match wrong {
        InvalidCommand::Word => return list(Answer::new(None, "That is not a command; these are")),
        InvalidCommand::Logs => {
            "`/logs` takes one of `build`, `deploy`, `run`, `restarted`, or nothing for the most relevant one"
                .to_owned()
        }
        InvalidCommand::Redeploy => "`/redeploy` takes `force-build` or nothing".to_owned(),
        InvalidCommand::Nothing(command) => {
            format!("`{command}` takes nothing else on its line; words for people go below it")
        }
    };
    Answer::new(None, said).point("`/help` lists the commands")
}

fn list(mut answer: Answer) -> Answer {
    for (usage, what) in COMMANDS {
        answer = answer.point(format!("`{usage}` {what}"));
    }
    answer.point("A command is the first line of a new comment, by someone who may push to this repository")
}

/// How a maintainer takes a fork's change over. The branch is named after the number: the fork's own name for it is
/// foreign text.
pub(super) fn fork(command: Command, number: u64) -> Answer {
    let mut answer = Answer::new(
        command.word(),
        "the change comes from a fork, and the platform builds branches of this repository only",
    )
    .point("Read the whole change first: a preview runs it, with the secrets that previews are given")
    .point("Then push what you have read to a branch here, as below, and open a pull request from it")
    .point("`FETCH_HEAD` stays what you have read, whatever is pushed to the fork meanwhile");
    answer.shell = vec![
        format!("git fetch origin pull/{number}/head"),
        "git log -p HEAD..FETCH_HEAD".to_owned(),
        format!("git push origin FETCH_HEAD:refs/heads/from-fork-{number}"),
    ];
    answer
}

pub(super) fn closed(command: Command) -> Answer {
    Answer::new(
        command.word(),
        "the pull request is closed, and a closed one has no preview",
    )
    .point("Reopen it to get one")
}

pub(super) fn no_preview(command: Command) -> Answer {
    let answer = Answer::new(command.word(), "there is no preview of this pull request");
    match command {
        Command::Teardown => answer,
        _ => answer.point("`/preview` makes it"),
    }
}

/// The name of an app that the repository does not have.
pub(super) fn unknown_app(command: Command, name: &str, keys: &[&str]) -> Answer {
    let known = crate::flows::sentence::list(keys.iter().copied());
    Answer::new(command.word(), format!("there is no app `{name}`"))
        .point(format!("The apps of the repository are {known}"))
}

/// A log is one app's.
pub(super) fn several(command: Command, keys: &[String]) -> Answer {
    let word = command.word().unwrap_or_default();
    let lines = keys.iter().map(|key| format!("`{word} {key}`"));
    Answer::new(command.word(), "the pull request has several apps: name one")
        .point(lines.collect::<Vec<_>>().join(", "))
}

pub(super) fn refused(command: Command, why: &str) -> Answer {
    Answer::new(command.word(), why)
}

pub(super) fn failed(command: Command, failure: &Failure) -> Answer {
    let answer = Answer::new(command.word(), failure.to_string());
    match &failure.next {
        Some(next) => answer.point(format!("Next: {next}")),
        None => answer,
    }
}
