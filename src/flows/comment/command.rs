//! The grammar of commands: the first line of a comment, a word that begins with `/`, at most one argument.

use crate::config::is_app_name;
use crate::model::commands::takes_app;
use crate::platforms::LogKind;

/// What a maintainer may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Preview,
    Redeploy {
        force_build: bool,
    },
    /// `None`: the most relevant log that there is.
    Logs(Option<LogKind>),
    Status,
    Teardown,
    Wake,
    Help,
    /// What stood there is not kept.
    Unknown(InvalidCommand),
}

/// What is wrong with a line that looks like a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidCommand {
    /// A word of this form that is not one of our commands.
    Word,
    /// Something behind `/logs` that is no kind of log.
    Logs,
    /// Something behind `/redeploy` that it does not take.
    Redeploy,
    /// Something behind a command, which is named here, that takes nothing.
    Nothing(&'static str),
}

/// Longest line that is parsed, in bytes: no command is half as long.
const LONGEST: usize = 200;
/// Most words of a line that is a command: with an argument and the name of an app.
const MOST_WORDS: usize = 3;

/// A no-break space comes from keyboards and from pages that were copied.
const BLANKS: [char; 3] = [' ', '\t', '\u{a0}'];

impl Command {
    /// `None`: the comment is not addressed to us.
    pub(crate) fn parse(comment: &str) -> Option<Self> {
        let line = comment.split(['\n', '\r']).next().unwrap_or_default();
        let line = unquoted(line);
        let mut words = line
            .get(..LONGEST)
            .unwrap_or(line)
            .split(BLANKS)
            .filter(|word| !word.is_empty());
        let word = words.next()?.strip_prefix('/').filter(|_| line.starts_with('/'))?;
        // A path such as `/etc/hosts`, a second slash, a sign: not a command of any tool.
        let is_letter = |c: char| c.is_ascii_alphabetic() || c == '-';
        if word.is_empty() || !word.chars().all(is_letter) || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let word = word.to_ascii_lowercase();
        let arguments: Vec<String> = words.map(str::to_ascii_lowercase).take(2).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        // What lies behind the longest line is not looked at, but it is there.
        let arguments = if line.len() > LONGEST {
            &["…"]
        } else {
            arguments.as_slice()
        };
        Some(match (word.as_str(), arguments) {
            ("preview", []) => Self::Preview,
            ("redeploy", []) => Self::Redeploy { force_build: false },
            ("redeploy", ["force-build" | "--force-build"]) => Self::Redeploy { force_build: true },
            ("redeploy", _) => Self::Unknown(InvalidCommand::Redeploy),
            ("logs", []) => Self::Logs(None),
            ("logs", ["build"]) => Self::Logs(Some(LogKind::Build)),
            ("logs", ["deploy"]) => Self::Logs(Some(LogKind::Deploy)),
            ("logs", ["run"]) => Self::Logs(Some(LogKind::Run)),
            ("logs", ["restarted"]) => Self::Logs(Some(LogKind::Restarted)),
            ("logs", _) => Self::Unknown(InvalidCommand::Logs),
            ("status", []) => Self::Status,
            ("teardown", []) => Self::Teardown,
            ("wake", []) => Self::Wake,
            ("help", []) => Self::Help,
            ("preview", _) => Self::Unknown(InvalidCommand::Nothing("/preview")),
            ("status", _) => Self::Unknown(InvalidCommand::Nothing("/status")),
            ("teardown", _) => Self::Unknown(InvalidCommand::Nothing("/teardown")),
            ("wake", _) => Self::Unknown(InvalidCommand::Nothing("/wake")),
            ("help", _) => Self::Unknown(InvalidCommand::Nothing("/help")),
            _ => Self::Unknown(InvalidCommand::Word),
        })
    }

    /// The same of a line that is no command without the name of one of several apps: every way to read it, in words that
    /// may be such a name. The name may stand before or behind what else the command takes; the last word comes first.
    pub(crate) fn parse_with_app(comment: &str) -> Vec<(Self, String)> {
        let line = unquoted(comment.split(['\n', '\r']).next().unwrap_or_default()).trim_end();
        let words: Vec<&str> = line
            .split(BLANKS)
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS + 1)
            .collect();
        let is_meant = matches!(Self::parse(line), Some(Self::Unknown(_)));
        if !is_meant || line.len() > LONGEST || words.len() > MOST_WORDS {
            return Vec::new();
        }
        let named = |at: usize| {
            let name = words[at].to_ascii_lowercase();
            let command = Self::parse(&[&words[..at], &words[at + 1..]].concat().join(" "))?;
            let takes_one = command.word().is_some_and(takes_app);
            (takes_one && is_app_name(&name)).then_some((command, name))
        };
        (1..words.len()).rev().filter_map(named).collect()
    }

    /// In our own spelling. `None`: it is not one of ours.
    pub(super) fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Preview => "/preview",
            Self::Redeploy { .. } => "/redeploy",
            Self::Logs(_) => "/logs",
            Self::Status => "/status",
            Self::Teardown => "/teardown",
            Self::Wake => "/wake",
            Self::Help => "/help",
            Self::Unknown(_) => return None,
        })
    }
}

/// The command of a line that is one code span: people copy it from a comment, backticks and all.
fn unquoted(line: &str) -> &str {
    let inside = line
        .trim_end()
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'));
    inside
        .filter(|inside| inside.starts_with('/') && !inside.contains('`'))
        .unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Command, InvalidCommand};
    use crate::model::commands::COMMANDS;
    use crate::platforms::LogKind;

    #[test]
    fn the_name_of_an_app_may_stand_anywhere_behind_the_command() {
        let rebuild = Command::Redeploy { force_build: true };
        let build = Command::Logs(Some(LogKind::Build));
        for (comment, commands) in [
            ("/preview web", &[(Command::Preview, "web")][..]),
            ("/redeploy force-build Web\nnow", &[(rebuild, "web")]),
            ("/redeploy web force-build", &[(rebuild, "web")]),
            ("/redeploy web --force-build", &[(rebuild, "web")]),
            ("`/logs build api-2`", &[(build, "api-2")]),
            ("/logs api-2\tbuild", &[(build, "api-2")]),
            ("/logs api", &[(Command::Logs(None), "api")]),
            // Which of the two is an app, the repository says.
            (
                "/logs build run",
                &[(build, "run"), (Command::Logs(Some(LogKind::Run)), "build")],
            ),
            ("/logs build", &[]),
            ("/redeploy force-build", &[]),
            ("/redeploy web api", &[]),
            ("/teardown web", &[]),
            ("/wake web now", &[]),
            ("/preview ../web", &[]),
            ("/nothing web", &[]),
            ("preview web", &[]),
            (" /preview web", &[]),
            (&format!("/preview web{}!", " ".repeat(300)), &[]),
        ] {
            let found = Command::parse_with_app(comment);
            let found: Vec<(Command, &str)> = found.iter().map(|(command, app)| (*command, app.as_str())).collect();
            assert_eq!(found, commands, "{comment:?}");
        }
    }

    #[test]
    fn reads_the_first_line_only() {
        for (comment, command) in [
            ("/preview", Some(Command::Preview)),
            ("/preview \r\nbecause of the colours", Some(Command::Preview)),
            ("/Preview", Some(Command::Preview)),
            ("/redeploy", Some(Command::Redeploy { force_build: false })),
            ("/redeploy  force-build", Some(Command::Redeploy { force_build: true })),
            ("/redeploy --force-build", Some(Command::Redeploy { force_build: true })),
            ("/logs", Some(Command::Logs(None))),
            ("/logs build", Some(Command::Logs(Some(LogKind::Build)))),
            ("/status", Some(Command::Status)),
            ("/teardown", Some(Command::Teardown)),
            ("/wake", Some(Command::Wake)),
            ("/help", Some(Command::Help)),
            ("thanks!\n/preview", None),
            (" /preview", None),
            ("> /preview", None),
            ("", None),
            ("/", None),
            ("//preview", None),
            ("/etc/hosts is wrong", None),
            ("/vorschau\u{200b}", None),
            ("/-preview", None),
        ] {
            assert_eq!(Command::parse(comment), command, "{comment:?}");
        }
    }

    #[test]
    fn knows_what_is_wrong_with_everything_else_of_the_form() {
        let endless = |word: &str| format!("{word} {}", "ä".repeat(10_000));
        for (comment, wrong) in [
            ("/deploy", InvalidCommand::Word),
            ("/preview now", InvalidCommand::Nothing("/preview")),
            ("/redeploy force-build twice", InvalidCommand::Redeploy),
            ("/redeploy a b c", InvalidCommand::Redeploy),
            ("/logs everything", InvalidCommand::Logs),
            ("/logs build deploy", InvalidCommand::Logs),
            ("/teardown --force", InvalidCommand::Nothing("/teardown")),
            ("/preview <!-- x -->", InvalidCommand::Nothing("/preview")),
            ("/status ::error::x", InvalidCommand::Nothing("/status")),
            ("/wake up", InvalidCommand::Nothing("/wake")),
            ("/help me", InvalidCommand::Nothing("/help")),
            (&endless("/preview"), InvalidCommand::Nothing("/preview")),
            (&endless("/redeploy force-build"), InvalidCommand::Redeploy),
            (&format!("/logs{}build", " ".repeat(300)), InvalidCommand::Logs),
            (&format!("/{}", "a".repeat(10_000)), InvalidCommand::Word),
        ] {
            let command = Command::parse(comment);
            assert_eq!(command, Some(Command::Unknown(wrong)), "{comment:?}");
        }
    }

    #[test]
    fn the_help_names_every_command() {
        for (usage, _) in COMMANDS {
            let word = usage.split(' ').next().unwrap_or_default();
            let command = Command::parse(word);
            assert_eq!(command.and_then(Command::word), Some(word));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_only_the_first_line_is_a_command(line in line(), rest in any::<String>()) {
            let command = Command::parse(&line);
            for end in ["\n", "\r\n"] {
                prop_assert_eq!(Command::parse(&format!("{line}{end}{rest}")), command);
            }
            let first = line.split(['\n', '\r']).next().unwrap_or_default();
            let first = first.strip_prefix('`').unwrap_or(first);
            prop_assert!(command.is_none() || first.starts_with('/'), "{:?}", line);
            prop_assert_eq!(Command::parse(&format!(" {line}")), None);
            prop_assert_eq!(Command::parse(&format!("> {line}")), None);
            // Nothing is executed that has another word than the command's own.
            if let Some(word) = command.and_then(Command::word) {
                let written = first.split([' ', '\t', '\u{a0}', '`']).next().unwrap_or_default();
                prop_assert!(written.eq_ignore_ascii_case(word), "{:?} {}", line, word);
                prop_assert!(first.len() <= 200, "{:?}", line);
            }
        }
    }

    /// Commands with something behind them, and anything at all.
    fn line() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "/(preview|redeploy|logs|status|teardown|wake|help|Help)",
            "/[a-zA-Z-]{0,10}",
            ".{0,20}"
        ];
        let argument = prop_oneof![
            Just(String::new()),
            "[ \t]{0,3}(build|run|force-build|x)?",
            ".{0,300}",
            "[ \t]{0,300}"
        ];
        (word, argument, any::<bool>()).prop_map(|(word, argument, parted)| {
            let blank = if parted { " " } else { "" };
            format!("{word}{blank}{argument}")
        })
    }
}
