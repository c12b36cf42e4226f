//! Consent, for one run, to what an update takes from the live app: `databases.db`, `vpc`, …

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::super::manifest::Manifest;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::policy::changes::{Changes, listed};

/// What every form of the flag has to look like.
const FORM: &str = "name `databases.NAME`, `domains.NAME`, `egress`, `name`, `region` or `vpc`";

/// Agrees that the app has another name, and so to a second app.
const NAME: &str = "name";

/// Names of what may be destroyed, detached, dropped or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replace(BTreeSet<String>);

/// Several stand between spaces, commas or line breaks, as a workflow's multi-line input has them.
impl FromStr for Replace {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        let entries = given.split(|c: char| c.is_whitespace() || c == ',');
        let names: Result<BTreeSet<String>, String> = entries.filter(|entry| !entry.is_empty()).map(name).collect();
        match names? {
            names if names.is_empty() => Err(FORM.to_owned()),
            names => Ok(Self(names)),
        }
    }
}

fn name(entry: &str) -> Result<String, String> {
    match entry.split_once('.') {
        Some(("databases", name)) if !name.is_empty() => Ok(entry.to_owned()),
        Some(("domains", name)) if !name.is_empty() => Ok(entry.trim_end_matches('.').to_ascii_lowercase()),
        None if matches!(entry, NAME | "egress" | "region" | "vpc") => Ok(entry.to_owned()),
        _ => Err(format!("`{entry}` is nothing that can be replaced: {FORM}")),
    }
}

/// As it is given.
impl fmt::Display for Replace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(String::as_str).collect();
        f.write_str(&names.join(","))
    }
}

impl Replace {
    /// Those of several flags.
    pub(crate) fn merge(flags: &[Self]) -> Self {
        Self(flags.iter().flat_map(|flag| flag.0.iter().cloned()).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::platforms) fn names(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// A forced build deploys the spec as the platform has it, which replaces nothing.
    ///
    /// # Errors
    /// When both are asked for.
    pub(crate) fn without_forced_build(&self, force_build: bool) -> Result<(), Failure> {
        if self.0.is_empty() || !force_build {
            return Ok(());
        }
        Err(
            Failure::input("`--replace` and a forced build cannot be asked for at once")
                .why("a forced build leaves the app's spec as it is")
                .next("leave one of the two out"),
        )
    }

    /// What was agreed to and is no loss.
    pub(in crate::platforms) fn unmatched(&self, losses: &[Loss]) -> Option<&String> {
        self.0.iter().find(|name| losses.iter().all(|loss| loss.name != **name))
    }

    /// Refuses losses that were not agreed to, and consents to what is no loss; lists the rest, and returns what to say of it
    /// once it is done.
    pub(in crate::platforms) fn agree(
        &self,
        spec: &Manifest,
        living: &[String],
        losses: &[Loss],
        changes: &mut Changes,
    ) -> Result<Vec<Taken>, Failure> {
        let unwanted: Vec<&Loss> = losses.iter().filter(|loss| !self.names(&loss.name)).collect();
        if let Some(first) = unwanted.first() {
            let unmatched = self
                .0
                .iter()
                .filter(|name| losses.iter().all(|loss| loss.name != **name));
            let unmatched: Vec<&String> = unmatched.collect();
            let failure = spec.locate(refusal(spec, &unwanted, losses, &unmatched), &first.at);
            return Err(match failure.at {
                Some(_) => failure,
                None => spec.locate(failure, "/name"),
            });
        }
        if let Some(name) = self.unmatched(losses) {
            let app = spec.name();
            let failure = match name == NAME || living.contains(name) {
                true => Failure::input(format!(
                    "`--replace` names `{name}`, which the app spec leaves as it is"
                )),
                false => Failure::input(format!("`--replace` names `{name}`, which `{app}` does not have")),
            };
            return Err(failure.next("leave it out"));
        }
        for loss in losses {
            let why = format!("{} (`--replace {}`)", loss.why, loss.name);
            changes.push(format!("agreed to {}", loss.what), why);
        }
        Ok(losses.iter().map(Taken::of).collect())
    }

    /// Refuses to create an app beside `others`, those of the same repository and environment that have another name,
    /// unless somebody agreed to it; what else was agreed to is left.
    pub(crate) fn beside(&self, spec: &Manifest, environment: &Environment, others: &[&str]) -> Result<Self, Failure> {
        if others.is_empty() {
            return Ok(self.clone());
        }
        if self.names(NAME) {
            let rest = self.0.iter().filter(|name| *name != NAME);
            return Ok(Self(rest.cloned().collect()));
        }
        let failure = Failure::input(format!(
            "this app spec would create `{}`, but {environment} of this repository is `{}`",
            spec.name(),
            others.join("`, `")
        ))
        .why("a new app begins with empty databases and without the domains; the other one would live on and be paid for")
        .next(format!(
            "rename it back to `{}` in the app spec, or agree to a second app for one run with `--replace {NAME}`",
            others[0]
        ));
        Err(spec.locate(failure, "/name"))
    }

    /// A first deployment replaces nothing.
    pub(in crate::platforms) fn without_app(&self, spec: &Manifest) -> Result<Vec<Taken>, Failure> {
        match self.0.first() {
            None => Ok(Vec::new()),
            Some(name) => Err(Failure::input(format!(
                "`--replace` names `{name}`, but `{}` is not deployed yet",
                spec.name()
            ))
            .next("leave it out")),
        }
    }
}

/// Something of the live app that an update would destroy, detach, drop or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    /// What a consent calls it: `databases.db`, `domains.shop.example`, `egress`, `region`, `vpc`.
    pub(in crate::platforms) name: String,
    /// What would be done, as it stands after "would".
    pub(in crate::platforms) what: String,
    pub(in crate::platforms) why: String,
    /// Where the file says so, as a JSON pointer.
    pub(in crate::platforms) at: String,
}

/// What the live app loses by an update, as agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// What is said of it once it has happened: ``Dropped the domain `shop.example`, as agreed``.
    pub(crate) done: String,
    /// The same of the version that is live where the deployment fails: ``its database `db` was destroyed``.
    pub(crate) lost: String,
    /// It goes with the update, whatever becomes of the deployment.
    pub(crate) with_update: bool,
}

impl Taken {
    fn of(loss: &Loss) -> Self {
        let database = loss.name.strip_prefix("databases.");
        let lost = match (database, loss.what.split(' ').next()) {
            (Some(name), Some("destroy")) => format!("its database `{name}` was destroyed"),
            (Some(name), Some("detach")) => format!("its database `{name}` was detached"),
            _ => format!("the update was to {}", loss.what),
        };
        Self {
            done: done(&loss.what),
            lost,
            with_update: destroys(loss),
        }
    }
}

/// Whether data goes with it.
fn destroys(loss: &Loss) -> bool {
    loss.what.starts_with("destroy ")
}

/// What a loss is called once it has happened.
fn done(what: &str) -> String {
    const VERBS: [(&str, &str); 6] = [
        ("destroy", "Destroyed"),
        ("detach", "Detached"),
        ("drop", "Dropped"),
        ("give", "Gave"),
        ("move", "Moved"),
        ("take", "Took"),
    ];
    let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
    match VERBS.iter().find(|(known, _)| *known == verb) {
        Some((_, done)) => format!("{done} {rest}, as agreed"),
        None => format!("Agreed to {what}"),
    }
}

/// All of them at once, with the consent to everything that is lost.
fn refusal(spec: &Manifest, unwanted: &[&Loss], all: &[Loss], unmatched: &[&String]) -> Failure {
    let failure = match unwanted {
        [loss] => Failure::input(format!("this app spec would {}", loss.what)).why(loss.why.clone()),
        _ => {
            let failure = Failure::input(format!(
                "this app spec would harm `{}` in {} ways",
                spec.name(),
                unwanted.len()
            ));
            let points = unwanted.iter().map(|loss| format!("{}: {}", loss.what, loss.why));
            points.fold(failure, Failure::point)
        }
    };
    let names: Vec<&str> = all.iter().map(|loss| loss.name.as_str()).collect();
    let even_then = match () {
        () if all.iter().any(destroys) => "; the data goes with the update, even if the deployment then fails",
        () if all.iter().any(|loss| loss.what.starts_with("detach ")) => {
            "; the database is detached by the update, even if the deployment then fails"
        }
        () => "",
    };
    let wrong = match unmatched {
        [] => String::new(),
        [name] => format!(" (`{name}` matches nothing)"),
        names => format!(" ({} match nothing)", listed(names)),
    };
    failure.next(format!(
        "correct the file, or agree to it for one run with `--replace {}`{wrong}{even_then}",
        names.join(",")
    ))
}
