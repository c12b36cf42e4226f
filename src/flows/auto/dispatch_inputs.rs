//! What a person asks for who starts a run by hand: the inputs of a dispatch, and flags, which win over them. Pure.

use std::fmt;

use serde_json::Value;

use super::dispatch_value::{flag, refused, text, untrimmed};
use super::table::Then;
use crate::config::is_app_name;
use crate::flows::flags::Flags;
use crate::flows::sentence::list;
use crate::model::environment::{Environment, pull_number};
use crate::model::failure::Failure;
use crate::policy::images::Images;
use crate::policy::replace::Replace;

/// # Errors
/// Names the first flag that means nothing to what is done about the event. Images do no harm where nothing is
/// deployed; a comment's command would deploy, and without them. A consent is for what is deployed. `takes_pull`: the
/// job is given the one of the event's pull requests that it is about.
pub(super) fn refuse_on(flags: &Flags, event: &str, then: Then, takes_pull: bool) -> Result<(), Failure> {
    let deploys = matches!(then, Then::DeployPushed | Then::DeployTested);
    let names_what_it_cannot = match flags.environment {
        None => false,
        Some(Environment::Preview(_)) => !takes_pull,
        // A workflow for one of a branch's environments names it whatever was pushed.
        Some(Environment::Named(_)) => !(deploys || then == Then::Nothing && event == "push"),
    };
    let given = [
        ("--images", then == Then::Comment && !flags.images.is_empty()),
        ("--replace", !deploys && !flags.replace.is_empty()),
        ("--environment` or `--pr", names_what_it_cannot),
        ("--commit", flags.commit.is_some()),
        ("--to", flags.to.is_some()),
        ("--force-build", flags.force_build),
        ("--release", flags.release),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::input(format!("`auto` takes no `{flag}` on `{event}`"))
            .why("the event itself says what to do")
            .next("leave it out, or name the command instead of `auto`")),
    }
}

/// A command, as far as a dispatched run may ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) verb: Verb,
    pub(super) flags: Flags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Redeploy,
    Deploy,
    Preview,
    Rollback,
    Teardown,
    Sweep,
    Verify,
    Status,
    Logs,
}

/// Each command with the inputs that it takes; the first one is what no `command` means. `dry-run` goes with all.
pub(super) const VERBS: &[(&str, Verb, &[&str])] = &[
    (
        "redeploy",
        Verb::Redeploy,
        &["environment", "pr", "app", "commit", "force-build", "images", "replace"],
    ),
    (
        "deploy",
        Verb::Deploy,
        &["environment", "app", "commit", "release", "images", "replace"],
    ),
    (
        "preview",
        Verb::Preview,
        &["pr", "environment", "app", "commit", "images"],
    ),
    ("rollback", Verb::Rollback, &["environment", "app", "to", "replace"]),
    ("teardown", Verb::Teardown, &["pr", "environment"]),
    ("sweep", Verb::Sweep, &[]),
    ("verify", Verb::Verify, &["environment", "pr", "app"]),
    ("status", Verb::Status, &["environment", "pr", "app"]),
    ("logs", Verb::Logs, &["environment", "pr", "app"]),
];

/// In the order of the page's table.
pub(super) const NAMES: [&str; 11] = [
    "command",
    "environment",
    "pr",
    "app",
    "commit",
    "to",
    "force-build",
    "release",
    "images",
    "replace",
    "dry-run",
];

/// # Errors
/// Every one names the input.
pub(super) fn asked(inputs: &Value, flags: &Flags) -> Result<Asked, Failure> {
    refuse_misspelled(inputs)?;
    let wanted = text(inputs, "command")?.unwrap_or_else(|| VERBS[0].0.to_owned());
    let Some((name, verb, takes)) = VERBS.iter().copied().find(|(name, ..)| *name == wanted) else {
        return Err(
            refused("command", format!("there is no command `{wanted}` to dispatch"))
                .next(format!("choose one of {}", list(VERBS.iter().map(|it| it.0)))),
        );
    };
    let given_flags = Flags {
        environment: environment(inputs, flags)?,
        app: app(inputs, flags)?,
        commit: match &flags.commit {
            Some(sha) => Some(sha.clone()),
            None => {
                let given = text(inputs, "commit")?.map(|sha| sha.parse());
                given.transpose().map_err(|why: String| refused("commit", why))?
            }
        },
        to: flags.to.clone().or(text(inputs, "to")?),
        force_build: flags.force_build || flag(inputs, "force-build")?,
        release: flags.release || flag(inputs, "release")?,
        images: images(inputs, flags)?,
        replace: replace(inputs, flags)?,
        dry_run: flags.dry_run || flag(inputs, "dry-run")?,
    };
    let asked = Asked {
        verb,
        flags: given_flags,
    };
    let given = [
        (
            "environment",
            matches!(asked.flags.environment, Some(Environment::Named(_))),
        ),
        ("pr", matches!(asked.flags.environment, Some(Environment::Preview(_)))),
        ("app", asked.flags.app.is_some()),
        ("commit", asked.flags.commit.is_some()),
        ("to", asked.flags.to.is_some()),
        ("force-build", asked.flags.force_build),
        ("release", asked.flags.release),
        ("images", !asked.flags.images.is_empty()),
        ("replace", !asked.flags.replace.is_empty()),
    ];
    let fits = |input: &str| match (verb, input) {
        // `pr-12` is another word for 12, and previews are all that these two are about.
        (Verb::Preview | Verb::Teardown, "environment") => false,
        _ => takes.contains(&input),
    };
    let is_named = untrimmed(inputs, "environment")?.is_some() && flags.environment.is_none();
    if let (true, Some(preview @ Environment::Preview(_))) = (is_named && !fits("pr"), &asked.flags.environment) {
        return Err(refused(
            "environment",
            format!("`{preview}` is a preview, and `{name}` is not for previews"),
        )
        .next("name an environment that is deployed from a branch, or leave it empty"));
    }
    if let Some((input, _)) = given.iter().find(|(input, given)| *given && !fits(input)) {
        return Err(refused(input, format!("`{name}` takes no `{input}`")).next("leave it empty"));
    }
    if matches!(verb, Verb::Preview | Verb::Teardown) {
        asked.pull_request()?;
    }
    Ok(asked)
}

impl Asked {
    /// The pull request of a command that is about one.
    pub(super) fn pull_request(&self) -> Result<u64, Failure> {
        let number = self.flags.environment.as_ref().and_then(Environment::pull_request);
        number.ok_or_else(|| {
            refused("pr", format!("`{}` has to know which pull request", self.verb.name())).next("give its number")
        })
    }
}

impl Verb {
    fn name(self) -> &'static str {
        let known = VERBS.iter().find(|(_, verb, _)| *verb == self);
        known.map_or("", |(name, ..)| name)
    }
}

/// The command line that would ask for the same.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb.name())?;
        match &self.flags.environment {
            Some(Environment::Named(name)) => write!(f, " --environment {name}")?,
            Some(Environment::Preview(number)) => write!(f, " --pr {number}")?,
            None => {}
        }
        if let Some(app) = &self.flags.app {
            write!(f, " --app {app}")?;
        }
        if let Some(commit) = &self.flags.commit {
            write!(f, " --commit {commit}")?;
        }
        if let Some(to) = &self.flags.to {
            write!(f, " --to {to}")?;
        }
        if !self.flags.images.is_empty() {
            write!(f, " --images {}", self.flags.images)?;
        }
        if !self.flags.replace.is_empty() {
            write!(f, " --replace {}", self.flags.replace)?;
        }
        for (flag, given) in [
            (" --force-build", self.flags.force_build),
            (" --release", self.flags.release),
            (" --dry-run", self.flags.dry_run),
        ] {
            if given {
                f.write_str(flag)?;
            }
        }
        Ok(())
    }
}

fn app(inputs: &Value, flags: &Flags) -> Result<Option<String>, Failure> {
    if flags.app.is_some() {
        return Ok(flags.app.clone());
    }
    let given = text(inputs, "app")?;
    match given.as_deref().filter(|name| !is_app_name(name)) {
        None => Ok(given),
        Some(name) => Err(refused("app", format!("`{name}` cannot be the name of an app"))
            .next("give its name under `[apps]` in `do-deploy.toml`")),
    }
}

fn images(inputs: &Value, flags: &Flags) -> Result<Images, Failure> {
    match text(inputs, "images")? {
        Some(given) if flags.images.is_empty() => given.parse().map_err(|why: String| refused("images", why)),
        _ => Ok(flags.images.clone()),
    }
}

fn replace(inputs: &Value, flags: &Flags) -> Result<Replace, Failure> {
    match text(inputs, "replace")? {
        Some(given) if flags.replace.is_empty() => given.parse().map_err(|why: String| refused("replace", why)),
        _ => Ok(flags.replace.clone()),
    }
}

fn environment(inputs: &Value, flags: &Flags) -> Result<Option<Environment>, Failure> {
    if flags.environment.is_some() {
        return Ok(flags.environment.clone());
    }
    match (untrimmed(inputs, "pr")?, untrimmed(inputs, "environment")?) {
        (Some(_), Some(_)) => Err(refused("pr", "`environment` is given as well").next("give one of the two")),
        (Some(pr), None) => {
            let number = pull_number(&pr).map_err(|error| refused("pr", error.to_string()))?;
            Ok(Some(Environment::Preview(number)))
        }
        (None, Some(name)) => {
            let environment = name
                .parse()
                .map_err(|error| refused("environment", format!("{error}")))?;
            Ok(Some(environment))
        }
        (None, None) => Ok(None),
    }
}

/// Inputs of other names are the workflow's own; these were meant for us, and a `dry_run` must not be overlooked.
fn refuse_misspelled(inputs: &Value) -> Result<(), Failure> {
    let given = inputs.as_object().into_iter().flatten().map(|(name, _)| name);
    for name in given {
        let meant = name.to_lowercase().replace('_', "-");
        if name != &meant && NAMES.contains(&meant.as_str()) {
            return Err(refused(name, format!("it is called `{meant}`")).next("rename it in the workflow"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Flags, asked};
    use crate::model::commit::Sha;
    use crate::model::environment::Environment;

    fn say(inputs: Value) -> String {
        match asked(&inputs, &Flags::default()) {
            Ok(asked) => asked.to_string(),
            Err(failure) => format!("{failure}"),
        }
    }

    #[test]
    fn inputs_are_the_command_line_that_asks_for_the_same() {
        for (inputs, expected) in [
            (json!(null), "redeploy"),
            (
                json!({"command": "", "environment": "", "pr": "", "force-build": "false"}),
                "redeploy",
            ),
            (
                json!({"pr": "7", "force-build": true, "commit": "abcdef0"}),
                "redeploy --pr 7 --commit abcdef0 --force-build",
            ),
            (
                json!({"environment": "staging", "dry-run": "true"}),
                "redeploy --environment staging --dry-run",
            ),
            (json!({"command": "deploy", "release": true}), "deploy --release"),
            (
                json!({"command": "deploy", "replace": "vpc databases.db"}),
                "deploy --replace databases.db,vpc",
            ),
            (json!({"command": "rollback", "to": "abcdef0"}), "rollback --to abcdef0"),
            (json!({"command": "teardown", "pr": 7}), "teardown --pr 7"),
            (json!({"command": "teardown", "environment": "pr-7"}), "teardown --pr 7"),
            (json!({"command": "sweep", "who": {"asks": "me"}}), "sweep"),
            (json!({"command": "logs", "pr": "7"}), "logs --pr 7"),
        ] {
            assert_eq!(say(inputs.clone()), expected, "{inputs}");
        }
    }

    #[test]
    fn a_wrong_input_is_named() {
        for (inputs, name) in [
            (json!({"command": "destroy"}), "command"),
            (json!({"pr": "seven"}), "pr"),
            (json!({"pr": "0"}), "pr"),
            (json!({"pr": "7", "environment": "staging"}), "pr"),
            (json!({"command": "teardown"}), "pr"),
            (
                json!({"command": "teardown", "environment": "production"}),
                "environment",
            ),
            (json!({"environment": "a b"}), "environment"),
            (json!({"commit": "main"}), "commit"),
            (json!({"command": "rollback", "commit": "abcdef0"}), "commit"),
            (json!({"command": "rollback", "pr": "7"}), "pr"),
            (json!({"command": "rollback", "environment": "pr-7"}), "environment"),
            (json!({"command": "sweep", "environment": "pr-7"}), "environment"),
            (json!({"to": "abcdef0"}), "to"),
            (json!({"force-build": "yes"}), "force-build"),
            (json!({"command": "deploy", "force-build": true}), "force-build"),
            (json!({"release": true}), "release"),
            (json!({"command": "sweep", "images": "web=1"}), "images"),
            (json!({"command": "preview", "pr": 7, "replace": "vpc"}), "replace"),
            (json!({"command": "deploy", "replace": "db"}), "replace"),
            (json!({"dry-run": 1}), "dry-run"),
            (json!({"dry_run": true}), "dry_run"),
            (json!({"environment": ["staging"]}), "environment"),
        ] {
            let said = say(inputs.clone());
            assert!(
                said.starts_with(&format!("the input `{name}` makes no sense: ")),
                "{inputs}: {said}"
            );
        }
    }

    #[test]
    fn flags_win_over_inputs() {
        let flags = Flags {
            environment: Some(Environment::Preview(8)),
            commit: Some(Sha::new("1234567")),
            dry_run: true,
            ..Flags::default()
        };
        let inputs = json!({"environment": "production", "commit": "abcdef0"});
        let asked = asked(&inputs, &flags).unwrap();
        assert_eq!(asked.to_string(), "redeploy --pr 8 --commit 1234567 --dry-run");
    }
}
