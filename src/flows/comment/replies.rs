//! The answers that need no looking: help, forks, closed pull requests, previews that are not there.

use super::command::{Command, InvalidCommand};
use crate::model::answer::Answer;
use crate::model::commands::{COMMANDS, takes_app, usage};
use crate::model::failure::Failure;

/// The commands that there are. `apps`: the names of several.
pub(super) fn help(apps: &[String]) -> Answer {
    list(Answer::new(Command::Help.word(), "these are the commands"), apps)
}

/// What was wrong, in our own words only. `apps`: the names of several.
pub(super) fn unknown(wrong: InvalidCommand, apps: &[String]) -> Answer {
    let several = !apps.is_empty();
    let (takes, takes_one) = match wrong {
        InvalidCommand::Word => return list(Answer::new(None, "That is not a command; these are"), apps),
        InvalidCommand::Logs => {
            let app = if several { "the name of an app, and " } else { "" };
            let kinds = "one of `build`, `deploy`, `run`, `restarted`, or nothing for the most relevant one";
            (format!("`/logs` takes {app}{kinds}"), several)
        }
        InvalidCommand::Redeploy if several => (
            "`/redeploy` takes the name of an app, `force-build`, or both".to_owned(),
            true,
        ),
        InvalidCommand::Redeploy => ("`/redeploy` takes `force-build` or nothing".to_owned(), false),
        InvalidCommand::Nothing(command) => {
            let takes_one = several && takes_app(command);
            let app = if takes_one { "the name of an app and " } else { "" };
            (
                format!("`{command}` takes {app}nothing else on its line; words for people go below it"),
                takes_one,
            )
        }
    };
    let mut answer = Answer::new(None, takes);
    if takes_one {
        answer = answer.point(known(apps));
    }
    if several && wrong == InvalidCommand::Nothing("/teardown") {
        answer = answer.point("The apps of a pull request are removed together");
    }
    answer.point("`/help` lists the commands")
}

fn list(mut answer: Answer, apps: &[String]) -> Answer {
    let several = !apps.is_empty();
    for (command, what) in COMMANDS {
        answer = answer.point(format!("`{}` {what}", usage(command, several)));
    }
    if several {
        answer = answer.point(format!("`[app]` is the name of one app: {}", names(apps)));
    }
    answer.point("A command is the first line of a new comment, by someone who may push to this repository")
}

fn known(apps: &[String]) -> String {
    format!("The apps of the repository are {}", names(apps))
}

fn names(apps: &[String]) -> String {
    crate::flows::sentence::list(apps.iter().map(String::as_str))
}

/// A command as it is written about an app. `app`: its name, of several.
pub(super) fn written(word: &str, app: Option<&str>) -> String {
    let app = app.map(|app| format!(" {app}")).unwrap_or_default();
    format!("`{word}{app}`")
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

/// `app`: the one that the command names.
pub(super) fn no_preview(command: Command, app: Option<&str>) -> Answer {
    let answer = match app {
        None => Answer::new(command.word(), "there is no preview of this pull request"),
        Some(app) => Answer::new(command.word(), format!("this pull request has no preview of `{app}`")),
    };
    match command {
        Command::Teardown => answer,
        _ => answer.point(format!("{} makes it", written("/preview", app))),
    }
}

/// The name of an app that the repository does not have.
pub(super) fn unknown_app(command: Command, name: &str, apps: &[String]) -> Answer {
    Answer::new(command.word(), format!("there is no app `{name}`")).point(known(apps))
}

/// A log is one app's: that of the one that failed, if it is not named.
pub(super) fn several(some_failed: bool, apps: &[String]) -> Answer {
    let word = Command::Logs(None).word();
    let which = if some_failed {
        "several apps failed"
    } else {
        "no app failed"
    };
    let lines = apps.iter().map(|app| written("/logs", Some(app)));
    Answer::new(word, format!("{which}: name the one whose log is meant")).point(lines.collect::<Vec<_>>().join(", "))
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
