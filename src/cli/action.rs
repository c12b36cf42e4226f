//! The action's inputs become an ordinary command line; what is wrong with one is said by the input's name.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};

use super::args::{Cli, Command};
use super::environment::Variables;
use crate::flows::sentence::list;
use crate::model::failure::Failure;

/// What action.yml and this program have agreed on: names and meaning of variables and outputs. Raised with every
/// change that would not work with an older action.yml, which a tag or a pin may still name.
const API: u32 = 1;

/// Commands that are no use in a workflow's step.
const NOT_IN_A_STEP: [&str; 3] = ["init", "sandbox", "demo"];

/// An input that becomes the flag of the same name.
struct Input {
    name: &'static str,
    kind: Kind,
}

/// What an input holds.
#[derive(Clone, Copy)]
enum Kind {
    /// `true` or `false`.
    Switch,
    /// What to give, as it stands after "give".
    Value(&'static str),
}

impl Kind {
    fn expected(self) -> &'static str {
        match self {
            Self::Switch => "`true` or `false`",
            Self::Value(expected) => expected,
        }
    }
}

const INPUTS: [Input; 14] = [
    value(
        "environment",
        "`production`, another name from the configuration, or `pr-12`",
    ),
    value("pr", "the number of a pull request, such as `12`"),
    value("app", "the name of an app under `[apps]`, such as `api`"),
    value("commit", "a commit in 7 to 40 hexadecimal digits"),
    value("to", "a deployment's id or a commit"),
    value("images", "a component and its image's digest, such as `web=sha256:…`"),
    value(
        "replace",
        "what is replaced: `databases.NAME`, `domains.NAME`, `egress`, `name`, `region` or `vpc`",
    ),
    value("spec", "the path of a file"),
    value("config", "the path of a file"),
    value("timeout", "a duration such as `90s`, `30m` or `1h 30m`"),
    value("working-directory", "the path of a folder"),
    switch("force-build"),
    switch("release"),
    switch("dry-run"),
];

const fn value(name: &'static str, expected: &'static str) -> Input {
    let kind = Kind::Value(expected);
    Input { name, kind }
}

const fn switch(name: &'static str) -> Input {
    let kind = Kind::Switch;
    Input { name, kind }
}

/// The command that the step's variables describe. A missing token is not its concern: there may be nothing to do.
///
/// # Errors
/// Another action.yml than this program's, and inputs that the command does not take or that are malformed.
pub(super) fn command(variables: Variables) -> Result<Command, Failure> {
    agree(variables.get("DO_DEPLOY_ACTION_API").as_deref())?;
    let given = |name: &str| {
        let variable = format!("DO_DEPLOY_INPUT_{}", name.to_uppercase().replace('-', "_"));
        let value = variables.get(&variable)?;
        // The workflow makes its concurrency group of these two, spaces and all.
        let exact = matches!(name, "environment" | "pr");
        Some(if exact { value } else { value.trim().to_owned() })
    };
    let line = line(&given)?;
    Cli::try_parse_from(&line)
        .map(|cli| cli.command)
        .map_err(|error| failure_of(&error, &line[1]))
}

/// A flow speaks of flags; in a workflow there are inputs.
pub(super) fn in_words_of_inputs(mut failure: Failure) -> Failure {
    failure.what = reworded(&failure.what);
    failure.why = failure.why.map(|why| reworded(&why));
    failure.points = failure.points.iter().map(|point| reworded(point)).collect();
    failure.next = failure.next.map(|next| reworded(&next));
    failure
}

/// Flags between backticks become the inputs of the same names; a value that goes with one stays with it.
pub(super) fn reworded(text: &str) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("`--") {
        let Some((flag, following)) = after.split_once('`') else {
            break;
        };
        let (name, value) = flag.split_once([' ', '=']).unwrap_or((flag, ""));
        done.push_str(before);
        done.push_str(&match INPUTS.iter().any(|input| input.name == name) {
            true if is_placeholder(value) => format!("input `{name}`"),
            true => format!("input `{name}: {value}`"),
            false => format!("`--{flag}`"),
        });
        rest = following;
    }
    done + rest
}

/// `FILE`, `NAME`, `OWNER/NAME`, or nothing at all.
fn is_placeholder(value: &str) -> bool {
    !value.contains(|c: char| c.is_lowercase() || c.is_numeric())
}

/// A tree between two releases has a newer action.yml than the program that its manifest names.
fn agree(theirs: Option<&str>) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    match theirs {
        Some(text) if text == API.to_string() => Ok(()),
        Some(text) => Err(
            Failure::input(format!("action.yml and the program {version} do not fit together"))
                .why(format!(
                    "action.yml speaks version `{text}` of their agreement, the program version `{API}`"
                ))
                .next("pin the action to a release, or set its input `build-from-source: true`"),
        ),
        None => Err(Failure::input("`action` is how action.yml starts the program")
            .why("`DO_DEPLOY_ACTION_API` is not set")
            .next("name a command, such as `do-deploy deploy`; `do-deploy --help` lists them")),
    }
}

/// The whole command line, the program's name first.
fn line(given: &dyn Fn(&str) -> Option<String>) -> Result<Vec<String>, Failure> {
    let name = given("command").unwrap_or_else(|| "auto".to_owned());
    let program = Cli::command();
    let commands: Vec<&clap::Command> = program
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && !NOT_IN_A_STEP.contains(&command.get_name()))
        .collect();
    let Some(command) = commands.iter().find(|command| command.get_name() == name) else {
        return Err(
            Failure::input(format!("the input `command` cannot be `{name}`")).next(format!(
                "give one of {}",
                list(commands.iter().map(|command| command.get_name()))
            )),
        );
    };
    let mut line = vec!["do-deploy".to_owned(), name.clone()];
    for Input { name: input, kind } in INPUTS {
        let Some(value) = given(input) else { continue };
        let is_switch = matches!(kind, Kind::Switch);
        match value.to_ascii_lowercase().as_str() {
            "false" if is_switch => continue,
            "true" if is_switch => {}
            _ if is_switch => return Err(malformed(input, &value)),
            _ => {}
        }
        if !takes(command, input) {
            let others = commands.iter().filter(|command| takes(command, input));
            return Err(
                Failure::input(format!("the input `{input}` means nothing to the command `{name}`")).next(format!(
                    "leave it out, or choose a `command` that takes it: {}",
                    list(others.map(|command| command.get_name()))
                )),
            );
        }
        line.push(match is_switch {
            true => format!("--{input}"),
            // Joined, so that no value can pass for a flag.
            false => format!("--{input}={value}"),
        });
    }
    Ok(line)
}

fn takes(command: &clap::Command, input: &str) -> bool {
    command
        .get_arguments()
        .any(|argument| argument.get_long() == Some(input) && !argument.is_hide_set())
}

/// What the parser of flags objected to, by the input's name.
fn failure_of(error: &clap::Error, command: &str) -> Failure {
    let flags = |kind| match error.get(kind) {
        Some(ContextValue::String(flag)) => vec![input_of(flag)],
        Some(ContextValue::Strings(flags)) => flags.iter().map(|flag| input_of(flag)).collect(),
        _ => Vec::new(),
    };
    let inputs = flags(ContextKind::InvalidArg);
    match (error.kind(), inputs.as_slice()) {
        (ErrorKind::ArgumentConflict, [input]) => {
            let prior = flags(ContextKind::PriorArg);
            Failure::input(format!(
                "the inputs `{input}` and {} contradict each other",
                list(prior.iter().map(String::as_str))
            ))
            .next("give one of them")
        }
        (ErrorKind::MissingRequiredArgument, inputs @ [first, ..]) => {
            let names = list(inputs.iter().map(String::as_str));
            let failure = Failure::input(format!("the input {names} is missing"))
                .why(format!("the command `{command}` needs it"));
            match expected(first) {
                Some(expected) => failure.next(format!("give {expected}")),
                None => failure,
            }
        }
        (_, [input]) => {
            let value = match error.get(ContextKind::InvalidValue) {
                Some(ContextValue::String(value)) => value.as_str(),
                _ => "",
            };
            malformed(input, value)
        }
        // No input of today ends here; the words are the parser's.
        _ => Failure::input(error.source().map_or_else(|| error.to_string(), ToString::to_string)),
    }
}

fn malformed(input: &str, value: &str) -> Failure {
    let failure = Failure::input(format!("the input `{input}` cannot be `{value}`"));
    match expected(input) {
        Some(expected) => failure.next(format!("give {expected}, or leave the input out")),
        None => failure,
    }
}

fn expected(input: &str) -> Option<&'static str> {
    INPUTS
        .iter()
        .find(|known| known.name == input)
        .map(|known| known.kind.expected())
}

/// `--pr <N>` is the input `pr`.
fn input_of(flag: &str) -> String {
    let name = flag.trim_start_matches("--");
    name.split([' ', '=']).next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{agree, in_words_of_inputs, line, reworded};
    use crate::model::failure::Failure;

    fn line_of(inputs: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let given = |name: &str| {
            let found = inputs.iter().find(|(input, _)| *input == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        line(&given).map_err(|failure| failure.to_string())
    }

    #[test]
    fn inputs_become_flags_of_the_same_name() {
        let line = line_of(&[
            ("command", "redeploy"),
            ("pr", "12"),
            ("force-build", "True"),
            ("timeout", "1h 30m"),
        ]);
        assert_eq!(
            line.expect("a line"),
            ["do-deploy", "redeploy", "--pr=12", "--timeout=1h 30m", "--force-build"]
        );
    }

    #[test]
    fn a_switch_that_is_off_is_taken_by_every_command() {
        let line = line_of(&[("command", "status"), ("dry-run", "false")]);
        assert_eq!(line.expect("a line"), ["do-deploy", "status"]);
    }

    #[test]
    fn no_value_can_pass_for_a_flag() {
        let line = line_of(&[("command", "deploy"), ("spec", "--dry-run")]);
        assert_eq!(line.expect("a line")[2], "--spec=--dry-run");
    }

    #[test]
    fn commands_for_a_laptop_and_hidden_ones_are_refused() {
        for command in [
            "init",
            "sandbox",
            "demo",
            "action",
            "demo-app",
            "deploy --dry-run",
            "help",
            "-h",
        ] {
            let refused = line_of(&[("command", command)]).expect_err("no command of a step");
            assert_eq!(refused, format!("the input `command` cannot be `{command}`"));
        }
    }

    #[test]
    fn another_action_yml_is_refused() {
        assert!(agree(Some("1")).is_ok());
        assert!(agree(Some("01")).is_err(), "the number is compared as it is written");
        assert!(agree(Some("2")).is_err());
        assert!(agree(None).is_err());
    }

    #[test]
    fn flags_in_a_failure_become_inputs() {
        let failure = Failure::input("no spec").next("name it with `--spec FILE`, or correct `--config`");
        assert_eq!(
            in_words_of_inputs(failure).next.as_deref(),
            Some("name it with input `spec`, or correct input `config`")
        );
    }

    #[test]
    fn a_flag_becomes_its_input_with_or_without_a_value() {
        for (flag, input) in [
            ("with `--environment NAME` where", "with input `environment` where"),
            ("`--images migrate=sha256:1…`", "input `images: migrate=sha256:1…`"),
            ("`--pr 12`, `--pr N`", "input `pr: 12`, input `pr`"),
            ("`--to=DEPLOYMENT|SHA`", "input `to`"),
            ("`--force-build`", "input `force-build`"),
            ("`--force`, `--prefix x`", "`--force`, `--prefix x`"),
            ("run `do-deploy deploy --release`", "run `do-deploy deploy --release`"),
            ("a `--pr that never ends", "a `--pr that never ends"),
        ] {
            assert_eq!(reworded(flag), input);
        }
    }
}
