//! What a plan takes from the live app, and the consent that this needs.

use std::fmt;

use super::super::manifest::Manifest;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::policy::changes::{Changes, listed};
use crate::policy::replace::{NAME, Replace};

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

/// What was agreed to and is no loss.
pub(crate) fn unmatched<'a>(replace: &'a Replace, losses: &[Loss]) -> Option<&'a String> {
    replace
        .iter()
        .find(|name| losses.iter().all(|loss| loss.name != **name))
}

/// Refuses losses that were not agreed to, and consents to what is no loss; lists the rest, and returns what to say of it
/// once it is done.
pub(crate) fn agree(
    replace: &Replace,
    spec: &Manifest,
    living: &[String],
    losses: &[Loss],
    changes: &mut Changes,
) -> Result<Vec<Taken>, Failure> {
    let unwanted: Vec<&Loss> = losses.iter().filter(|loss| !replace.names(&loss.name)).collect();
    if let Some(first) = unwanted.first() {
        let unmatched = replace
            .iter()
            .filter(|name| losses.iter().all(|loss| loss.name != **name));
        let unmatched: Vec<&String> = unmatched.collect();
        let failure = spec.locate(refusal(spec, &unwanted, losses, &unmatched), &first.at);
        return Err(match failure.at {
            Some(_) => failure,
            None => spec.locate(failure, "/name"),
        });
    }
    if let Some(name) = unmatched(replace, losses) {
        let app = spec.name();
        let failure = match name == NAME || living.contains(name) {
            true => Failure::input(format!(
                "`--replace` names `{name}`, which the {} leaves as it is",
                spec.words().manifest
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

/// An app beside which another one of the same repository and environment would be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) name: String,
    /// Where it is, if that is not the platform of the new one.
    pub(crate) vendor: Option<&'static str>,
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.vendor {
            Some(vendor) => write!(f, "`{}` on {vendor}", self.name),
            None => write!(f, "`{}`", self.name),
        }
    }
}

/// Refuses to create an app beside `others`, those of the same repository and environment that have another name or are on
/// another platform, unless someone agreed to it; what else was agreed to is left.
pub(crate) fn beside(
    replace: &Replace,
    spec: &Manifest,
    environment: &Environment,
    others: &[Beside],
) -> Result<Replace, Failure> {
    let Some(first) = others.first() else {
        return Ok(replace.clone());
    };
    if replace.names(NAME) {
        return Ok(replace.without_name());
    }
    let names: Vec<String> = others.iter().map(Beside::to_string).collect();
    let back = match first.vendor {
        Some(vendor) => format!("deploy from the manifest for {vendor} again"),
        None => format!("rename it back to `{}` in the {}", first.name, spec.words().manifest),
    };
    let failure = Failure::input(format!(
        "this {} would create `{}`, but {environment} of this repository is {}",
        spec.words().manifest,
        spec.name(),
        names.join(", ")
    ))
    .why("a new app begins with empty databases and without the domains; the other one would live on and be paid for")
    .next(format!(
        "{back}, or agree to a second app for one run with `--replace {NAME}`"
    ));
    Err(spec.locate(failure, "/name"))
}

/// A first deployment replaces nothing.
pub(crate) fn without_app(replace: &Replace, spec: &Manifest) -> Result<Vec<Taken>, Failure> {
    match replace.iter().next() {
        None => Ok(Vec::new()),
        Some(name) => Err(Failure::input(format!(
            "`--replace` names `{name}`, but `{}` is not deployed yet",
            spec.name()
        ))
        .next("leave it out")),
    }
}

/// All of them at once, with the consent to everything that is lost.
fn refusal(spec: &Manifest, unwanted: &[&Loss], all: &[Loss], unmatched: &[&String]) -> Failure {
    let failure = match unwanted {
        [loss] => Failure::input(format!("this {} would {}", spec.words().manifest, loss.what)).why(loss.why.clone()),
        _ => {
            let failure = Failure::input(format!(
                "this {} would harm `{}` in {} ways",
                spec.words().manifest,
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
